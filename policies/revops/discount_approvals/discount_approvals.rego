# METADATA
# title: Discount approvals
# description: |
#   Who must approve the discount of a quote before it may be activated (story 2.6).
#   Up to the threshold of the quote's segment an account executive approves it alone;
#   above it, a manager and finance do. Thresholds come with the question, from the tenant's settings.
#   Where the tenant asks for it, whoever approves or activates has signed in lately.
#   Every check is a positive statement that a denial negates, so an attribute
#   that is missing or of the wrong type denies.
# custom:
#   version: 0.3.0
package revops.discount_approvals

import data.lib.approvals
import data.lib.authentication
import data.lib.decisions
import data.lib.identifiers
import data.lib.subject

self_approval := ["ae"]

above_threshold := ["manager", "finance"]

known_roles := {"ae", "manager", "finance"}

# METADATA
# title: Decision
# description: |
#   Whether the quote may be submitted or activated, whose approval it takes, which approvals of an
#   earlier revision still count, and why: every rule that denies, sorted by its id, or what allows.
# entrypoint: true
decision := object.union(authentication.vouched_for(allowed), {
	"kept_approvals": kept_roles,
	"reasons": array.concat(allowed.reasons, kept_reasons),
}) if {
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

allowed := decisions.allow(
	"within-threshold",
	$"A discount of {shown_discount} percent is within the {shown_threshold} percent of the segment {segment}: an account executive approves it.",
	self_approval,
) if {
	within_threshold
}

allowed := decisions.allow(
	"above-threshold",
	$"A discount of {shown_discount} percent is above the {shown_threshold} percent of the segment {segment}: a manager and finance approve it.",
	above_threshold,
) if {
	not within_threshold
}

denials["unknown-action"] := message if {
	not known_action
	message := "This policy knows only the actions to submit a quote for approval, to approve and to activate it."
}

denials["unknown-role"] := message if {
	not approving
	not subject_has_known_role
	message := "Only an account executive, a manager or finance may submit or activate a quote."
}

denials["unknown-segment"] := message if {
	not approving
	not threshold
	message := $"The segment {input.resource.properties.segment} has no threshold for discounts: {known_segments} have one."
}

denials["invalid-discount"] := message if {
	not approving
	not discount
	message := "The discounts must be decimals from 0 to 100."
}

denials["missing-approvals"] := message if {
	activating
	not approved
	message := $"Approval is missing from {concat(" and ", missing_roles)}."
}

denials["separation-of-duties"] := message if {
	activating
	not duties_separated
	message := "Each required role must be filled by a different approver, and none of them may be who submitted the quote."
}

denials["fresh-authentication"] := authentication.message if {
	activating
	authentication.asked
	not authentication.fresh
}

# It is asked about an approval for this alone: whose it takes, it has said of the quote.
denials["fresh-authentication"] := authentication.message if {
	approving
	not authentication.fresh
}

submitting if input.action.name == "revops.quote.submit-for-approval"

approving if input.action.name == "revops.quote.approve"

activating if input.action.name == "revops.quote.activate"

known_action if submitting

known_action if approving

known_action if activating

subject_has_known_role if {
	some role in subject.roles
	role in known_roles
}

segment := input.resource.properties.segment if identifiers.valid(input.resource.properties.segment)

known_segments := concat(", ", sort(object.keys(input.context.segments)))

threshold := percent(input.context.segments[segment].self_approval_percent)

# No line of a quote hides behind the others: its discount is the blended one, or that of a line, if that is larger.
discount := max({
	percent(input.resource.properties.discount_percent),
	percent(input.resource.properties.largest_line_discount_percent),
})

within_threshold if discount <= threshold

# As they were given: a number of many digits prints otherwise from engine to engine.
shown_threshold := input.context.segments[segment].self_approval_percent

shown_discount := input.resource.properties.largest_line_discount_percent if {
	percent(input.resource.properties.largest_line_discount_percent) == discount
} else := input.resource.properties.discount_percent

# Decimals come as strings: a number between systems is a float.
percent(value) := number if {
	is_string(value)
	number := to_number(value)
	number >= 0
	number <= 100
}

filled := approvals.filling(allowed.required_approvals, approvals.given)

missing_roles := approvals.missing(allowed.required_approvals, filled)

approved if missing_roles == []

# A manager and finance may approve what would take less: their approvals count on when a threshold has been raised.
approved if {
	more := approvals.filling(above_threshold, approvals.given)
	approvals.missing(above_threshold, more) == []
	approvals.separated(more, input.resource.properties.submitter)
}

# Whoever submits what they may approve alone is the one who approves it.
duties_separated if allowed.required_approvals == self_approval

duties_separated if approvals.separated(filled, input.resource.properties.submitter)

# Smart approval: what was approved of an earlier revision still counts where nothing has changed but discounts that went down.
default kept_roles := []

kept_roles := [role |
	some role in allowed.required_approvals
	some approval in filled_earlier
	approval.role == role
] if {
	submitting
	allowed.required_approvals != self_approval
	not_higher("discount_percent")
	not_higher("largest_line_discount_percent")
	otherwise_unchanged
	approvals.separated(filled_earlier, subject.id)
}

not_higher(name) if percent(input.resource.properties[name]) <= percent(input.context.earlier[name])

otherwise_unchanged if input.context.earlier.changed == []

# Less is given away, so the margin may be better.
otherwise_unchanged if {
	input.context.earlier.changed == ["margin_percent"]
	to_number(input.resource.properties.margin_percent) >= to_number(input.context.earlier.margin_percent)
}

filled_earlier := approvals.filling(allowed.required_approvals, input.context.earlier.approvals)

kept_reasons := [{
	"rule": "approvals-kept",
	"message": $"The approval of {concat(" and ", kept_roles)} still counts, since nothing has changed but discounts that are not higher than what was approved.",
}] if {
	kept_roles != []
}

default kept_reasons := []
