# METADATA
# title: Equipment loans
# description: Who may borrow what for how long, and who must approve it.
# custom:
#   version: 0.1.0
package equipment_loans.loans

import data.lib.decisions
import data.lib.subject

max_days := 60

max_value_eur := 20000

# From here on finance must agree too.
costly_eur := 1000

# METADATA
# title: Decision
# description: Every rule that denies, or the one reason that allows, with the roles that must approve.
# entrypoint: true
decision := decisions.allow(
	"within-limits",
	$"Equipment worth up to {max_value_eur} euros may be lent for up to {max_days} days.",
	required_roles,
) if {
	denials == {}
}

decision := decisions.deny(denials) if denials != {}

denials["staff-only"] := "Only engineers and account executives may borrow equipment." if not subject_is_staff

denials["duration-limit"] := $"A loan lasts from 1 to {max_days} days." if not valid_days

denials["value-limit"] := $"What is lent is worth 1 to {max_value_eur} euros." if not valid_value

default required_roles := ["team_lead", "finance"]

required_roles := ["team_lead"] if input.resource.properties.value_eur < costly_eur

subject_is_staff if {
	some role in ["engineer", "ae"]
	role in subject.roles
}

valid_days if between(input.resource.properties.days, 1, max_days)

valid_value if between(input.resource.properties.value_eur, 1, max_value_eur)

between(number, least, most) if {
	is_number(number)
	floor(number) == number
	number >= least
	number <= most
}
