# METADATA
# title: How a policy answers
package lib.decisions_test

import data.lib.decisions

test_what_is_allowed_says_by_which_rule_and_who_must_approve if {
	decisions.allow("within-limits", "It is within the limits.", ["manager"]) == {
		"allowed": true,
		"required_approvals": ["manager"],
		"reasons": [{"rule": "within-limits", "message": "It is within the limits."}],
	}
}

test_what_is_denied_says_every_rule_sorted_and_asks_nobody if {
	decisions.deny({"too-much": "It is too much.", "too-late": "It is too late."}) == {
		"allowed": false,
		"required_approvals": [],
		"reasons": [
			{"rule": "too-late", "message": "It is too late."},
			{"rule": "too-much", "message": "It is too much."},
		],
	}
}

test_nothing_is_denied_without_a_denial if {
	not decisions.deny({})
}
