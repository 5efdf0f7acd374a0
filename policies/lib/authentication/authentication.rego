# METADATA
# title: Authentication
# description: |
#   Whether whoever asks has signed in lately enough, and in a way that will do. The question says what will, as
#   `context.fresh_authentication` of the input: `{now, max_age}` in seconds, and any of the `acr_values` where there are any.
#   Only an issuer says when and how they signed in.
package lib.authentication

import data.lib.decisions

# Of an issuer's clock that goes fast, so much is believed.
tolerance_seconds := 30

wanted := input.context.fresh_authentication

authentication := input.subject.properties.authentication

# METADATA
# title: Asked for
# description: Whether the question asks for a fresh sign-in at all.
asked if "fresh_authentication" in object.keys(input.context)

# METADATA
# title: Fresh
# description: Whether they have signed in as the question asks. Undefined where it does not ask, or where anything is missing.
fresh if {
	authentication.by == "issuer"
	is_number(authentication.auth_time)
	is_number(wanted.now)
	is_number(wanted.max_age)
	wanted.now - authentication.auth_time <= wanted.max_age
	authentication.auth_time - wanted.now <= tolerance_seconds
	in_a_way_that_will_do
}

in_a_way_that_will_do if not "acr_values" in object.keys(wanted)

in_a_way_that_will_do if authentication.acr in wanted.acr_values

# METADATA
# title: Message
# description: What to do about it.
message := $"Sign in again: this takes a sign-in within the last {shown_minutes} minutes{shown_ways}."

shown_minutes := floor(wanted.max_age / 60)

default shown_ways := ""

shown_ways := $", by {concat(" or ", wanted.acr_values)}" if is_array(wanted.acr_values)

# METADATA
# title: Vouched for
# description: |
#   An allowing decision which says (`fresh_authentication: true`) that the sign-in is as the question asks. Where a question asks and an
#   answer does not say so, the kernel lets nothing through: it may be of a bundle that does not know the question.
vouched_for(decision) := object.union(decision, {"fresh_authentication": true}) if {
	fresh
} else := decision

# METADATA
# title: Deny
# description: |
#   As `decisions.deny`; where the rule `fresh-authentication` is among the denials, with what a sign-in must be
#   (`required_authentication: {max_age, acr_values}`), so that a client can ask for it.
deny(denials) := object.union(decisions.deny(denials), {"required_authentication": required}) if {
	denials["fresh-authentication"]
} else := decisions.deny(denials)

required := {"max_age": wanted.max_age, "acr_values": object.get(wanted, "acr_values", [])}
