# METADATA
# title: Approvals
# description: |
#   Which of the required roles are filled, by whom, and whether the duties are separated.
#   A required role is filled by an approval `{role, approver}` in `context.approvals` of the input.
package lib.approvals

import data.lib.identifiers

# METADATA
# title: Given approvals
# description: Those in the input; none where it has no array of them.
default given := []

given := input.context.approvals if is_array(input.context.approvals)

# METADATA
# title: Filling approvals
# description: |
#   The approvals that fill a required role, as a set of `{role, approver}`.
#   One that is not well-formed, or for a role that is not asked for, fills nothing.
filling(required_roles, approvals) := {{"role": approval.role, "approver": approval.approver} |
	some approval in approvals
	approval.role in required_roles
	identifiers.valid(approval.approver)
}

# METADATA
# title: Missing roles
# description: |
#   The required roles that no approval fills, in their order.
#   Undefined where the roles are no array, for that is not the same as no role.
missing(required_roles, filled) := [role | some role in required_roles; not role in filled_roles] if {
	is_array(required_roles)
	filled_roles := {approval.role | some approval in filled}
}

# METADATA
# title: Separated duties
# description: Nobody fills two of the roles, and none of those who fill them is the requester.
separated(filled, requester) if {
	identifiers.valid(requester)
	approvers := {approval.approver | some approval in filled}
	not requester in approvers

	# Fewer approvers than filled roles: somebody fills two.
	count(approvers) == count(filled)
}
