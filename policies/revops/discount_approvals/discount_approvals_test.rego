# METADATA
# title: What the policy for discount approvals decides
# description: The cases of story 2.6, then every boundary and every attribute that can be missing.
package revops.discount_approvals_test

import data.revops.discount_approvals

ae := "018f0000-0000-7000-8000-000000000001"

manager := "018f0000-0000-7000-8000-000000000002"

finance := "018f0000-0000-7000-8000-000000000003"

submit := {
	"subject": {"type": "user", "id": ae, "properties": {"roles": ["ae"]}},
	"action": {"name": "revops.quote.submit-for-approval"},
	"resource": {
		"type": "revops.quote",
		"id": "018f0000-0000-7000-8000-00000000000a",
		"properties": {
			"segment": "enterprise",
			"discount_percent": "10.00",
			"largest_line_discount_percent": "10.00",
			"submitter": ae,
		},
	},
	"context": {
		"segments": {"enterprise": {"self_approval_percent": "20.00"}, "smb": {"self_approval_percent": "12.50"}},
		"approvals": [],
		"earlier": null,
	},
}

both := [{"role": "manager", "approver": manager}, {"role": "finance", "approver": finance}]

activate := object.union(submit, {
	"action": {"name": "revops.quote.activate"},
	"resource": {"properties": {"discount_percent": "25.00", "largest_line_discount_percent": "25.00"}},
	"context": {"approvals": both},
})

resubmit := object.union(submit, {
	"resource": {"properties": {"discount_percent": "25.00", "largest_line_discount_percent": "25.00"}},
	"context": {"earlier": {
		"discount_percent": "25.00",
		"largest_line_discount_percent": "25.00",
		"margin_percent": "30.00",
		"changed": [],
		"approvals": both,
	}},
})

with_discount(request, percent) := object.union(
	request,
	{"resource": {"properties": {"discount_percent": percent, "largest_line_discount_percent": percent}}},
)

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

required(decision) := decision.required_approvals if decision.allowed

# Story 2.6

test_discount_10_is_approved_by_the_ae_alone if {
	discount_approvals.decision == {
		"allowed": true,
		"required_approvals": ["ae"],
		"kept_approvals": [],
		"reasons": [{
			"rule": "within-threshold",
			"message": "A discount of 10.00 percent is within the 20.00 percent of the segment enterprise: an account executive approves it.",
		}],
	} with input as submit
}

test_discount_25_needs_manager_and_finance if {
	discount_approvals.decision == {
		"allowed": true,
		"required_approvals": ["manager", "finance"],
		"kept_approvals": [],
		"reasons": [{
			"rule": "above-threshold",
			"message": "A discount of 25.00 percent is above the 20.00 percent of the segment enterprise: a manager and finance approve it.",
		}],
	} with input as with_discount(submit, "25.00")
}

test_invalid_role if {
	decision := discount_approvals.decision with input as submit with input.subject.properties.roles as ["engineer", "auditor"]
	denied(decision) == ["unknown-role"]
}

# Boundaries

test_discount_at_the_threshold if {
	decision := discount_approvals.decision with input as with_discount(submit, "20.00")
	required(decision) == ["ae"]
}

test_discount_a_hundredth_above_the_threshold if {
	decision := discount_approvals.decision with input as with_discount(submit, "20.01")
	required(decision) == ["manager", "finance"]
}

test_no_discount if {
	decision := discount_approvals.decision with input as with_discount(submit, "0.00")
	required(decision) == ["ae"]
}

test_all_discount if {
	decision := discount_approvals.decision with input as with_discount(submit, "100.00")
	required(decision) == ["manager", "finance"]
}

test_discounts_out_of_range_are_denied if {
	every percent in ["-0.01", "100.01", 10, "", "ten", null, true, false] {
		decision := discount_approvals.decision with input as with_discount(submit, percent)
		denied(decision) == ["invalid-discount"]
	}
}

test_each_segment_has_its_threshold if {
	smb := object.union(submit, {"resource": {"properties": {"segment": "smb"}}})
	at := discount_approvals.decision with input as with_discount(smb, "12.50")
	required(at) == ["ae"]
	above := discount_approvals.decision with input as with_discount(smb, "12.51")
	required(above) == ["manager", "finance"]
}

test_one_line_above_the_threshold_counts if {
	decision := discount_approvals.decision with input as submit with input.resource.properties.largest_line_discount_percent as "30.00"
	required(decision) == ["manager", "finance"]
}

test_the_blended_discount_counts_where_it_is_larger if {
	decision := discount_approvals.decision with input as submit with input.resource.properties.discount_percent as "21.00"
	required(decision) == ["manager", "finance"]
	startswith(decision.reasons[0].message, "A discount of 21.00 percent is above")
}

test_each_known_role_may_submit if {
	every role in ["ae", "manager", "finance"] {
		decision := discount_approvals.decision with input as submit with input.subject.properties.roles as [role, "engineer"]
		required(decision) == ["ae"]
	}
}

# What is unknown or missing

test_unknown_segment_is_denied if {
	decision := discount_approvals.decision with input as submit with input.resource.properties.segment as "galactic"
	denied(decision) == ["unknown-segment"]
}

test_segment_of_the_wrong_type_is_denied if {
	every segment in [null, 7, "", ["enterprise"]] {
		decision := discount_approvals.decision with input as submit with input.resource.properties.segment as segment
		denied(decision) == ["unknown-segment"]
	}
}

test_threshold_of_the_wrong_type_is_denied if {
	every percent in [null, 20, "-1", "101", ""] {
		decision := discount_approvals.decision with input as submit with input.context.segments.enterprise.self_approval_percent as percent
		denied(decision) == ["unknown-segment"]
	}
}

test_unknown_action_is_denied if {
	decision := discount_approvals.decision with input as submit with input.action.name as "revops.quote.delete"
	denied(decision) == ["unknown-action"]
}

test_submit_with_a_missing_attribute_is_denied if {
	every path in [
		"/subject", "/subject/id", "/subject/properties/roles", "/action/name", "/resource/properties/segment",
		"/resource/properties/discount_percent", "/resource/properties/largest_line_discount_percent",
		"/context/segments", "/context/segments/enterprise/self_approval_percent", "/context", "/resource",
	] {
		decision := discount_approvals.decision with input as json.remove(submit, [path])
		count(denied(decision)) > 0
	}
}

test_activate_with_a_missing_attribute_is_denied if {
	every path in [
		"/subject/id", "/action/name", "/resource/properties/segment", "/resource/properties/submitter",
		"/resource/properties/discount_percent", "/context/segments", "/context/approvals", "/context",
	] {
		decision := discount_approvals.decision with input as json.remove(activate, [path])
		count(denied(decision)) > 0
	}
}

test_empty_input_is_denied_with_every_reason if {
	decision := discount_approvals.decision with input as {}
	denied(decision) == ["invalid-discount", "unknown-action", "unknown-role", "unknown-segment"]
}

test_input_that_is_no_object_is_denied if {
	every value in [null, 7, "submit", []] {
		decision := discount_approvals.decision with input as value
		count(denied(decision)) > 0
	}
}

# Activation

test_activate_with_both_approvals if {
	decision := discount_approvals.decision with input as activate
	required(decision) == ["manager", "finance"]
}

test_activate_names_the_missing_role if {
	decision := discount_approvals.decision with input as activate with input.context.approvals as [both[0]]
	denied(decision) == ["missing-approvals"]
	decision.reasons[0].message == "Approval is missing from finance."
}

test_activate_without_approvals_names_both if {
	decision := discount_approvals.decision with input as activate with input.context.approvals as []
	decision.reasons[0].message == "Approval is missing from manager and finance."
}

test_one_person_in_both_roles_is_denied if {
	one := [{"role": "manager", "approver": manager}, {"role": "finance", "approver": manager}]
	decision := discount_approvals.decision with input as activate with input.context.approvals as one
	denied(decision) == ["separation-of-duties"]
}

test_the_submitter_among_the_approvers_is_denied if {
	decision := discount_approvals.decision with input as activate with input.resource.properties.submitter as finance
	denied(decision) == ["separation-of-duties"]
}

test_an_ae_approves_alone_what_they_submitted if {
	decision := discount_approvals.decision with input as with_discount(activate, "20.00")
		with input.context.approvals as [{"role": "ae", "approver": ae}]
	required(decision) == ["ae"]
}

test_a_manager_and_finance_suffice_where_a_threshold_was_raised if {
	raised := object.union(activate, {"context": {"segments": {"enterprise": {"self_approval_percent": "30.00"}}}})
	decision := discount_approvals.decision with input as raised
	required(decision) == ["ae"]
	one := discount_approvals.decision with input as raised with input.context.approvals as [both[0]]
	denied(one) == ["missing-approvals"]
	own := discount_approvals.decision with input as raised with input.resource.properties.submitter as manager
	denied(own) == ["missing-approvals"]
}

test_approvals_of_the_wrong_type_fill_nothing if {
	every given in [null, "manager", {"manager": manager}, [{"role": "manager"}, {"approver": finance}]] {
		decision := discount_approvals.decision with input as activate with input.context.approvals as given
		denied(decision) == ["missing-approvals"]
	}
}

# Smart approval

test_an_unchanged_discount_keeps_the_approvals if {
	decision := discount_approvals.decision with input as resubmit
	decision.kept_approvals == ["manager", "finance"]
	rules(decision) == ["above-threshold", "approvals-kept"]
	decision.reasons[1].message == "The approval of manager and finance still counts, since nothing has changed but discounts that are not higher than what was approved."
}

test_a_lower_discount_keeps_the_approvals if {
	decision := discount_approvals.decision with input as with_discount(resubmit, "22.00")
	decision.kept_approvals == ["manager", "finance"]
}

test_a_higher_discount_keeps_none if {
	decision := discount_approvals.decision with input as with_discount(resubmit, "25.01")
	decision.kept_approvals == []
	rules(decision) == ["above-threshold"]
}

test_any_other_change_keeps_none if {
	every changed in [["amount"], ["payment_terms_days"], ["margin_percent", "term_months"], ["segment"], null, "margin_percent"] {
		decision := discount_approvals.decision with input as resubmit with input.context.earlier.changed as changed
		decision.kept_approvals == []
	}
}

test_a_better_margin_keeps_the_approvals_and_a_worse_one_does_not if {
	better := object.union(resubmit, {"context": {"earlier": {"changed": ["margin_percent"]}}})
	kept := discount_approvals.decision with input as better with input.resource.properties.margin_percent as "30.00"
	kept.kept_approvals == ["manager", "finance"]
	every margin in ["29.99", "-5.00", null] {
		decision := discount_approvals.decision with input as better with input.resource.properties.margin_percent as margin
		decision.kept_approvals == []
	}
}

test_a_higher_line_keeps_none if {
	lines := with_discount(resubmit, "24.00")
	decision := discount_approvals.decision with input as lines
		with input.resource.properties.largest_line_discount_percent as "25.01"
	decision.kept_approvals == []
}

test_one_earlier_approval_is_kept_alone if {
	decision := discount_approvals.decision with input as resubmit with input.context.earlier.approvals as [both[1]]
	decision.kept_approvals == ["finance"]
}

test_the_approval_of_who_submits_now_is_not_kept if {
	decision := discount_approvals.decision with input as resubmit with input.subject.id as manager
	decision.kept_approvals == []
}

test_what_the_ae_approves_alone_keeps_none if {
	decision := discount_approvals.decision with input as with_discount(resubmit, "20.00")
		with input.context.earlier.approvals as [{"role": "ae", "approver": manager}]
	decision.kept_approvals == []
}

test_activation_keeps_none if {
	decision := discount_approvals.decision with input as object.union(activate, {"context": {"earlier": resubmit.context.earlier}})
	decision.kept_approvals == []
}

test_an_earlier_revision_of_the_wrong_type_keeps_none if {
	every earlier in [null, 7, {}, {"discount_percent": "25.00", "largest_line_discount_percent": "25.00", "changed": [], "approvals": null}] {
		decision := discount_approvals.decision with input as resubmit with input.context.earlier as earlier
		decision.kept_approvals == []
	}
}

# Fresh authentication

lately := {
	"subject": {"properties": {"authentication": {"by": "issuer", "issuer": "https://idp.example", "acr": "urn:mfa", "auth_time": 1000}}},
	"context": {"fresh_authentication": {"now": 1600, "max_age": 900, "acr_values": ["urn:mfa"]}},
}

approve := object.union(object.union(activate, lately), {
	"subject": {"properties": {"roles": ["anything"]}},
	"action": {"name": "revops.quote.approve"},
})

test_whoever_has_signed_in_lately_may_go_on if {
	decision := discount_approvals.decision with input as object.union(activate, lately)
	decision.allowed == true
	decision.fresh_authentication == true
}

test_whoever_has_not_is_told_what_it_takes if {
	every request in [object.union(activate, lately), approve] {
		decision := discount_approvals.decision with input as request with input.context.fresh_authentication.now as 2000
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
	decision := discount_approvals.decision with input as approve
	decision.allowed == true
	rules(decision) == ["signed-in-lately"]
	no_resource := discount_approvals.decision with input as json.remove(approve, ["/resource"])
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
		decision := discount_approvals.decision with input as json.remove(approve, [path])
		decision.allowed == false
	}
}
