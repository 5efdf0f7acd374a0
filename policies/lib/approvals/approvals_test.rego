# METADATA
# title: Who has approved, and who may
package lib.approvals_test

import data.lib.approvals

required := ["manager", "finance"]

by_ann := {"role": "manager", "approver": "ann"}

by_ben := {"role": "finance", "approver": "ben"}

# Given

test_given_approvals_are_those_of_the_input if {
	approvals.given == [by_ann, by_ben] with input as {"context": {"approvals": [by_ann, by_ben]}}
}

test_without_an_array_of_approvals_none_are_given if {
	every value in [null, "manager", {"manager": by_ann}, 1, true] {
		approvals.given == [] with input as {"context": {"approvals": value}}
	}
}

test_without_a_context_no_approvals_are_given if {
	every value in [{}, {"context": {}}, {"context": null}, null, 1, "context", []] {
		approvals.given == [] with input as value
	}
}

# Filling

test_an_approval_fills_the_role_it_is_for if {
	approvals.filling(required, [by_ann]) == {by_ann}
}

test_what_an_approval_says_besides_is_left_out if {
	approvals.filling(required, [object.union(by_ann, {"at": "2026-01-01T00:00:00Z"})]) == {by_ann}
}

test_an_approval_for_a_role_nobody_asked_for_fills_nothing if {
	approvals.filling(required, [{"role": "team_lead", "approver": "ann"}]) == set()
}

test_an_approval_that_is_not_well_formed_fills_nothing if {
	every approval in [
		"manager",
		null,
		{"role": "manager"},
		{"approver": "ann"},
		{"role": "manager", "approver": ""},
		{"role": "manager", "approver": 7},
		{"role": ["manager"], "approver": "ann"},
	] {
		approvals.filling(required, [approval]) == set()
	}
}

# Missing

test_roles_are_missing_in_the_order_required if {
	approvals.missing(required, set()) == ["manager", "finance"]
	approvals.missing(["finance", "manager"], set()) == ["finance", "manager"]
}

test_a_filled_role_is_not_missing if {
	approvals.missing(required, {by_ann}) == ["finance"]
	approvals.missing(required, {by_ann, by_ben}) == []
}

test_two_approvals_for_one_role_do_not_fill_the_other if {
	approvals.missing(required, {by_ann, {"role": "manager", "approver": "ben"}}) == ["finance"]
}

test_where_no_role_is_required_none_is_missing if {
	approvals.missing([], set()) == []
}

test_required_roles_of_the_wrong_type_are_not_taken_for_none if {
	every roles in ["manager", "", null, 0, {}, false] {
		not approvals.missing(roles, set())
	}
}

# Separated

test_different_approvers_who_are_not_the_requester_are_separated if {
	approvals.separated({by_ann, by_ben}, "eve")
}

test_the_requester_may_fill_none_of_the_roles if {
	not approvals.separated({by_ann, by_ben}, "ann")
	not approvals.separated({by_ann, by_ben}, "ben")
}

test_nobody_may_fill_two_roles if {
	not approvals.separated({by_ann, {"role": "finance", "approver": "ann"}}, "eve")
}

test_duties_are_not_separated_from_an_unknown_requester if {
	every requester in ["", null, 7, ["eve"]] {
		not approvals.separated({by_ann, by_ben}, requester)
	}
}
