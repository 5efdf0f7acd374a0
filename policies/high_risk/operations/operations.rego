# METADATA
# title: High-risk operations
# description: |
#   Who may request and run temporary read access to a production database,
#   for how long, and whose approval it takes (story 1.6). Where the tenant asks for it, whoever
#   approves or executes has signed in lately.
#   Every check is a positive statement that a denial negates, so an attribute
#   that is missing or of the wrong type denies.
# custom:
#   version: 0.3.0
package high_risk.operations

import data.lib.approvals
import data.lib.authentication
import data.lib.decisions
import data.lib.subject

required_roles := ["team_lead", "security_officer"]

max_minutes := 120

# METADATA
# title: Decision
# description: |
#   Whether the action is allowed, the approvals that the request needs, and why:
#   every rule that denies, sorted by its id, or the one reason that allows.
# entrypoint: true
decision := authentication.vouched_for(decisions.allow(
	"within-limits",
	$"An engineer may read a production database for up to {max_minutes} minutes with the required approvals.",
	required_roles,
)) if {
	not approving
	denials == {}
}

decision := authentication.vouched_for(decisions.allow(
	"signed-in-lately",
	"Whoever approves has signed in as lately as this tenant asks for.",
	[],
)) if {
	approving
	denials == {}
}

decision := authentication.deny(denials) if denials != {}

denials["unknown-action"] := message if {
	not known_action
	message := "This policy knows only the actions to create, to approve and to execute a high-risk operation request."
}

denials["operation-type"] := message if {
	not approving
	not valid_operation
	message := "The only operation that may be requested is TEMP_DB_READ_ACCESS."
}

denials["engineer-only"] := message if {
	not approving
	not subject_is_engineer
	message := "Only a user with the role engineer may request this operation or run it."
}

denials["production-only"] := message if {
	not approving
	not valid_environment
	message := "The environment must be prod."
}

denials["duration-limit"] := message if {
	not approving
	not valid_duration
	message := $"The duration must be a whole number of minutes from 1 to {max_minutes}."
}

denials["requester-only"] := message if {
	executing
	not subject_is_requester
	message := "Only the engineer who requested the operation may run it."
}

denials["missing-approvals"] := message if {
	executing
	not approved
	message := $"Approval is missing from {concat(" and ", missing_roles)}."
}

denials["separation-of-duties"] := message if {
	executing
	not duties_separated
	message := "Each required role must be filled by a different approver, and none of them may be the requester."
}

denials["fresh-authentication"] := authentication.message if {
	executing
	authentication.asked
	not authentication.fresh
}

# It is asked about an approval for this alone: whose it takes, it has said of the request.
denials["fresh-authentication"] := authentication.message if {
	approving
	not authentication.fresh
}

creating if input.action.name == "high-risk-ops.request.create"

approving if input.action.name == "high-risk-ops.request.approve"

executing if input.action.name == "high-risk-ops.request.execute"

known_action if creating

known_action if approving

known_action if executing

valid_operation if input.resource.properties.type == "TEMP_DB_READ_ACCESS"

valid_environment if input.resource.properties.environment == "prod"

valid_duration if {
	minutes := input.resource.properties.duration_minutes
	is_number(minutes)
	floor(minutes) == minutes
	minutes > 0
	minutes <= max_minutes
}

subject_is_engineer if "engineer" in subject.roles

subject_is_requester if subject.id == input.resource.properties.requester

filled := approvals.filling(required_roles, approvals.given)

missing_roles := approvals.missing(required_roles, filled)

approved if missing_roles == []

duties_separated if approvals.separated(filled, input.resource.properties.requester)
