# METADATA
# title: How and when they signed in
package lib.authentication_test

import data.lib.authentication

question := {
	"subject": {"type": "user", "id": "ann", "properties": {"authentication": {
		"by": "issuer",
		"issuer": "https://idp.example",
		"acr": "urn:mfa",
		"auth_time": 1000,
	}}},
	"context": {"fresh_authentication": {"now": 1600, "max_age": 900, "acr_values": ["urn:hardware", "urn:mfa"]}},
}

test_a_sign_in_within_the_time_is_fresh if {
	every auth_time in [700, 701, 1600, 1630] {
		authentication.fresh with input as question with input.subject.properties.authentication.auth_time as auth_time
	}
}

test_an_earlier_one_is_not_nor_one_of_the_future if {
	every auth_time in [0, 699, 1631, "1000", null] {
		not authentication.fresh with input as question with input.subject.properties.authentication.auth_time as auth_time
	}
}

test_it_must_be_in_a_way_that_will_do if {
	every acr in ["urn:password", "", null, ["urn:mfa"]] {
		not authentication.fresh with input as question with input.subject.properties.authentication.acr as acr
	}
}

test_any_way_will_do_where_none_is_named if {
	bare := json.remove(question, ["/context/fresh_authentication/acr_values", "/subject/properties/authentication/acr"])
	authentication.fresh with input as bare
}

test_an_allowing_decision_says_that_the_sign_in_is_fresh_where_it_is if {
	authentication.vouched_for({"allowed": true}) == {"allowed": true, "fresh_authentication": true} with input as question
	authentication.vouched_for({"allowed": true}) == {"allowed": true} with input as json.remove(question, ["/context/fresh_authentication"])
	stale := object.union(question, {"context": {"fresh_authentication": {"now": 2000}}})
	authentication.vouched_for({"allowed": true}) == {"allowed": true} with input as stale
}

test_only_an_issuer_says_when if {
	every by in ["api-token", "", null] {
		not authentication.fresh with input as question with input.subject.properties.authentication.by as by
	}
}

test_nothing_may_be_missing if {
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
	] {
		not authentication.fresh with input as json.remove(question, [path])
	}
}

test_what_is_asked_in_the_wrong_type_is_not_met if {
	every wrong in [null, true, "900", [], {"max_age": "900"}] {
		authentication.asked with input as question with input.context.fresh_authentication as wrong
		not authentication.fresh with input as question with input.context.fresh_authentication as wrong
	}
}

test_nothing_is_asked_unless_it_is_there if {
	not authentication.asked with input as json.remove(question, ["/context/fresh_authentication"])
	not authentication.asked with input as {}
}

test_the_message_says_what_to_do if {
	authentication.message == "Sign in again: this takes a sign-in within the last 15 minutes, by urn:hardware or urn:mfa." with input as question
	bare := json.remove(question, ["/context/fresh_authentication/acr_values"])
	authentication.message == "Sign in again: this takes a sign-in within the last 15 minutes." with input as bare
}

test_a_denial_says_what_the_sign_in_must_be if {
	denial := authentication.deny({"fresh-authentication": "m", "another": "n"}) with input as question
	denial.required_authentication == {"max_age": 900, "acr_values": ["urn:hardware", "urn:mfa"]}
	[reason.rule | some reason in denial.reasons] == ["another", "fresh-authentication"]
}

test_another_denial_says_nothing_of_it if {
	denial := authentication.deny({"another": "n"}) with input as question
	object.keys(denial) == {"allowed", "reasons", "required_approvals"}
}
