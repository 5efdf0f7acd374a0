# METADATA
# title: Visitors
# description: How long a visitor may stay, and who may say so.
# custom:
#   version: 1.0.0
package visitors.admission

import data.lib.decisions
import data.lib.subject

max_hours := 8

# METADATA
# title: Decision
# entrypoint: true
decision := decisions.allow("short-visit", $"An engineer may announce a visit of up to {max_hours} hours.", []) if denials == {}

decision := decisions.deny(denials) if denials != {}

denials["engineer-only"] := "Only an engineer may announce a visit." if not subject_is_engineer

denials["too-long"] := $"A visit lasts from one hour to {max_hours}." if not valid_hours

subject_is_engineer if "engineer" in subject.roles

valid_hours if {
	hours := input.resource.properties.hours
	is_number(hours)
	hours >= 1
	hours <= max_hours
}
