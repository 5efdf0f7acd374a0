# METADATA
# title: What the policy for high-risk operations decides
# description: The cases of story 1.6, then every boundary and every attribute that can be missing.
package high_risk.operations_test

import data.high_risk.operations

request := {
	"type": "TEMP_DB_READ_ACCESS",
	"target": "orders-db",
	"environment": "prod",
	"duration_minutes": 60,
	"requester": "018f0000-0000-7000-8000-000000000001",
}

engineer := "018f0000-0000-7000-8000-000000000001"

lead := "018f0000-0000-7000-8000-000000000002"

officer := "018f0000-0000-7000-8000-000000000003"

create := {
	"subject": {"type": "user", "id": engineer, "properties": {"roles": ["engineer"]}},
	"action": {"name": "high-risk-ops.request.create"},
	"resource": {
		"type": "high-risk-ops.request",
		"id": "018f0000-0000-7000-8000-00000000000a",
		"properties": request,
	},
	"context": {"approvals": []},
}

execute := object.union(create, {
	"action": {"name": "high-risk-ops.request.execute"},
	"context": {"approvals": [
		{"role": "team_lead", "approver": lead},
		{"role": "security_officer", "approver": officer},
	]},
})

rules(decision) := [reason.rule | some reason in decision.reasons]

# What every denial looks like, whatever its reasons.
denied(decision) := rules(decision) if {
	object.keys(decision) == {"allowed", "required_approvals", "reasons"}
	decision.allowed == false
	decision.required_approvals == []
	every reason in decision.reasons {
		object.keys(reason) == {"rule", "message"}
		endswith(reason.message, ".")
	}
}

# Story 1.6

test_valid_request if {
	operations.decision == {
		"allowed": true,
		"required_approvals": ["team_lead", "security_officer"],
		"reasons": [{
			"rule": "within-limits",
			"message": "An engineer may read a production database for up to 120 minutes with the required approvals.",
		}],
	} with input as create
}

test_duration_too_long if {
	operations.decision == {
		"allowed": false,
		"required_approvals": [],
		"reasons": [{
			"rule": "duration-limit",
			"message": "The duration must be a whole number of minutes from 1 to 120.",
		}],
	} with input as create with input.resource.properties.duration_minutes as 180
}

test_invalid_role if {
	decision := operations.decision with input as create with input.subject.properties.roles as ["ae", "auditor"]
	denied(decision) == ["engineer-only"]
}

test_missing_approvals if {
	decision := operations.decision with input as execute with input.context.approvals as []
	denied(decision) == ["missing-approvals"]
	decision.reasons[0].message == "Approval is missing from team_lead and security_officer."
}

test_environment_not_prod if {
	decision := operations.decision with input as create with input.resource.properties.environment as "staging"
	denied(decision) == ["production-only"]
}

# Duration

test_durations_within_limits_are_allowed if {
	every minutes in [1, 119, 120] {
		decision := operations.decision with input as create with input.resource.properties.duration_minutes as minutes
		decision.allowed == true
	}
}

test_duration_of_120_minutes_is_allowed if {
	decision := operations.decision with input as create with input.resource.properties.duration_minutes as 120
	decision.allowed == true
}

test_duration_of_121_minutes_is_denied if {
	decision := operations.decision with input as create with input.resource.properties.duration_minutes as 121
	denied(decision) == ["duration-limit"]
}

test_duration_of_zero_is_denied if {
	decision := operations.decision with input as create with input.resource.properties.duration_minutes as 0
	denied(decision) == ["duration-limit"]
}

test_negative_duration_is_denied if {
	decision := operations.decision with input as create with input.resource.properties.duration_minutes as -60
	denied(decision) == ["duration-limit"]
}

test_fractional_duration_is_denied if {
	every minutes in [0.5, 59.5, 119.999, 120.5] {
		decision := operations.decision with input as create with input.resource.properties.duration_minutes as minutes
		denied(decision) == ["duration-limit"]
	}
}

test_duration_that_is_no_number_is_denied if {
	every minutes in ["60", "", true, null, [60], {"minutes": 60}] {
		decision := operations.decision with input as create with input.resource.properties.duration_minutes as minutes
		denied(decision) == ["duration-limit"]
	}
}

# Who may request

test_engineer_with_other_roles_is_allowed if {
	decision := operations.decision with input as create with input.subject.properties.roles as ["team_lead", "engineer"]
	decision.allowed == true
}

test_subject_without_roles_is_denied if {
	decision := operations.decision with input as json.remove(create, ["/subject/properties/roles"])
	denied(decision) == ["engineer-only"]
}

test_subject_with_empty_roles_is_denied if {
	decision := operations.decision with input as create with input.subject.properties.roles as []
	denied(decision) == ["engineer-only"]
}

test_roles_of_the_wrong_type_are_denied if {
	every roles in ["engineer", {"engineer": true}, {"role": "engineer"}, [["engineer"]], ["Engineer"], null, true] {
		decision := operations.decision with input as create with input.subject.properties.roles as roles
		denied(decision) == ["engineer-only"]
	}
}

test_subject_without_a_usable_id_is_denied if {
	every id in ["", null, 7] {
		decision := operations.decision with input as create with input.subject.id as id
		denied(decision) == ["engineer-only"]
	}
}

# What may be requested

test_unknown_environment_is_denied if {
	every environment in ["mars", "PROD", "prod ", "", null, ["prod"]] {
		decision := operations.decision with input as create with input.resource.properties.environment as environment
		denied(decision) == ["production-only"]
	}
}

test_other_operation_is_denied if {
	every operation in ["TEMP_DB_WRITE_ACCESS", "temp_db_read_access", "", null, ["TEMP_DB_READ_ACCESS"]] {
		decision := operations.decision with input as create with input.resource.properties.type as operation
		denied(decision) == ["operation-type"]
	}
}

test_unknown_action_is_denied if {
	every action in ["high-risk-ops.request.reject", "high-risk-ops.request.CREATE", "", null, 1] {
		decision := operations.decision with input as execute with input.action.name as action
		denied(decision) == ["unknown-action"]
	}
}

# Missing attributes

test_create_with_a_missing_attribute_is_denied if {
	expected := {
		"/subject": ["engineer-only"],
		"/subject/id": ["engineer-only"],
		"/subject/properties": ["engineer-only"],
		"/subject/properties/roles": ["engineer-only"],
		"/action": ["unknown-action"],
		"/action/name": ["unknown-action"],
		"/resource": ["duration-limit", "operation-type", "production-only"],
		"/resource/properties": ["duration-limit", "operation-type", "production-only"],
		"/resource/properties/type": ["operation-type"],
		"/resource/properties/environment": ["production-only"],
		"/resource/properties/duration_minutes": ["duration-limit"],
	}
	every path, reasons in expected {
		decision := operations.decision with input as json.remove(create, [path])
		denied(decision) == reasons
	}
}

test_execute_with_a_missing_attribute_is_denied if {
	expected := {
		"/subject/id": ["engineer-only", "requester-only"],
		"/resource": [
			"duration-limit",
			"operation-type",
			"production-only",
			"requester-only",
			"separation-of-duties",
		],
		"/resource/properties/requester": ["requester-only", "separation-of-duties"],
		"/context": ["missing-approvals"],
		"/context/approvals": ["missing-approvals"],
	}
	every path, reasons in expected {
		decision := operations.decision with input as json.remove(execute, [path])
		denied(decision) == reasons
	}
}

test_empty_input_is_denied_with_every_reason if {
	decision := operations.decision with input as {}
	denied(decision) == [
		"duration-limit",
		"engineer-only",
		"operation-type",
		"production-only",
		"unknown-action",
	]
}

test_input_that_is_no_object_is_denied if {
	every value in [null, true, 1, "create", []] {
		decision := operations.decision with input as value
		count(denied(decision)) == 5
	}
}

# Execution

test_execute_with_all_approvals_is_allowed if {
	operations.decision == {
		"allowed": true,
		"required_approvals": ["team_lead", "security_officer"],
		"reasons": [{
			"rule": "within-limits",
			"message": "An engineer may read a production database for up to 120 minutes with the required approvals.",
		}],
	} with input as execute
}

test_execute_with_an_approval_nobody_asked_for_is_allowed if {
	approvals := array.concat(execute.context.approvals, [{"role": "finance", "approver": lead}])
	decision := operations.decision with input as execute with input.context.approvals as approvals
	decision.allowed == true
}

test_execute_checks_the_request_again if {
	decision := operations.decision with input as execute with input.resource.properties.duration_minutes as 121
	denied(decision) == ["duration-limit"]
}

test_execute_by_another_engineer_is_denied if {
	decision := operations.decision with input as execute
		with input.subject.id as "018f0000-0000-7000-8000-000000000009"
	denied(decision) == ["requester-only"]
}

test_execute_by_a_requester_who_is_no_longer_engineer_is_denied if {
	decision := operations.decision with input as execute with input.subject.properties.roles as ["ae"]
	denied(decision) == ["engineer-only"]
}

test_execute_with_one_approval_names_the_missing_role if {
	approvals := [{"role": "team_lead", "approver": lead}]
	decision := operations.decision with input as execute with input.context.approvals as approvals
	denied(decision) == ["missing-approvals"]
	decision.reasons[0].message == "Approval is missing from security_officer."
}

test_two_approvals_for_one_role_do_not_fill_the_other if {
	approvals := [{"role": "team_lead", "approver": lead}, {"role": "team_lead", "approver": officer}]
	decision := operations.decision with input as execute with input.context.approvals as approvals
	denied(decision) == ["missing-approvals"]
}

test_same_approver_for_both_roles_is_denied if {
	approvals := [{"role": "team_lead", "approver": lead}, {"role": "security_officer", "approver": lead}]
	decision := operations.decision with input as execute with input.context.approvals as approvals
	denied(decision) == ["separation-of-duties"]
}

test_requester_among_the_approvers_is_denied if {
	every approvals in [
		[{"role": "team_lead", "approver": engineer}, {"role": "security_officer", "approver": officer}],
		[{"role": "team_lead", "approver": lead}, {"role": "security_officer", "approver": engineer}],
	] {
		decision := operations.decision with input as execute with input.context.approvals as approvals
		denied(decision) == ["separation-of-duties"]
	}
}

test_approvals_of_the_wrong_type_fill_nothing if {
	every approvals in [
		null,
		"team_lead",
		{"a": {"role": "team_lead", "approver": lead}, "b": {"role": "security_officer", "approver": officer}},
		["team_lead", "security_officer"],
		[{"role": "team_lead"}, {"role": "security_officer"}],
		[{"role": "team_lead", "approver": ""}, {"role": "security_officer", "approver": 7}],
		[{"approver": lead}, {"approver": officer}],
	] {
		decision := operations.decision with input as execute with input.context.approvals as approvals
		denied(decision) == ["missing-approvals"]
	}
}

test_requester_of_the_wrong_type_is_denied if {
	every requester in ["", null, 7, [engineer]] {
		decision := operations.decision with input as execute with input.resource.properties.requester as requester
		denied(decision) == ["requester-only", "separation-of-duties"]
	}
}

test_nobody_is_not_the_requester if {
	every nobody in [null, ""] {
		decision := operations.decision with input as execute
			with input.subject.id as nobody
			with input.resource.properties.requester as nobody
		denied(decision) == ["engineer-only", "requester-only", "separation-of-duties"]
	}
}

# Fresh authentication

lately := {
	"subject": {"properties": {"authentication": {"by": "issuer", "issuer": "https://idp.example", "acr": "urn:mfa", "auth_time": 1000}}},
	"context": {"fresh_authentication": {"now": 1600, "max_age": 900, "acr_values": ["urn:mfa"]}},
}

approve := object.union(object.union(execute, lately), {
	"subject": {"properties": {"roles": ["anything"]}},
	"action": {"name": "high-risk-ops.request.approve"},
})

test_whoever_has_signed_in_lately_may_go_on if {
	decision := operations.decision with input as object.union(execute, lately)
	decision.allowed == true
	decision.fresh_authentication == true
}

test_whoever_has_not_is_told_what_it_takes if {
	every request in [object.union(execute, lately), approve] {
		decision := operations.decision with input as request with input.context.fresh_authentication.now as 2000
		decision == {
			"allowed": false,
			"required_approvals": [],
			"required_authentication": {"max_age": 900, "acr_values": ["urn:mfa"]},
			"reasons": [{
				"rule": "fresh-authentication",
				"message": "Sign in again: this takes a sign-in within the last 15 minutes, by urn:mfa.",
			}],
		}
	}
}

test_an_approval_is_judged_by_that_alone if {
	decision := operations.decision with input as approve
	decision.allowed == true
	rules(decision) == ["signed-in-lately"]
	no_resource := operations.decision with input as json.remove(approve, ["/resource"])
	no_resource.allowed == true
}

test_approve_with_a_missing_attribute_is_denied if {
	every path in [
		"/subject",
		"/subject/properties",
		"/subject/properties/authentication",
		"/subject/properties/authentication/by",
		"/subject/properties/authentication/auth_time",
		"/subject/properties/authentication/acr",
		"/context",
		"/context/fresh_authentication",
		"/context/fresh_authentication/now",
		"/context/fresh_authentication/max_age",
		"/action",
		"/action/name",
	] {
		decision := operations.decision with input as json.remove(approve, [path])
		decision.allowed == false
	}
}
