# METADATA
# title: Subject
# description: Who asks for the action, as the input says.
package lib.subject

import data.lib.identifiers

# METADATA
# title: Id
# description: Undefined where the subject has none that is valid, so that nobody equals nobody.
id := input.subject.id if identifiers.valid(input.subject.id)

# METADATA
# title: Roles
# description: Those that the subject holds. None where it has no valid id, or no array of roles.
roles contains role if {
	identifiers.valid(input.subject.id)
	is_array(input.subject.properties.roles)
	some role in input.subject.properties.roles
}
