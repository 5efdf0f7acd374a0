# METADATA
# title: Items
# description: Who may register an item, and up to which amount.
# custom:
#   version: 0.1.0
package sample_pack.items

import data.lib.decisions
import data.lib.subject

max_amount := 1000

# METADATA
# title: Decision
# description: Every rule that denies, or the one reason that allows.
# entrypoint: true
decision := decisions.allow("within-limit", $"An engineer may register an item of up to {max_amount}.", []) if {
	denials == {}
}

decision := decisions.deny(denials) if denials != {}

# State what must hold, and deny where it does not: then what is missing denies too.
denials["engineer-only"] := "Only a user with the role engineer may register an item." if not subject_is_engineer

denials["amount-limit"] := $"The amount must be a whole number from 1 to {max_amount}." if not valid_amount

subject_is_engineer if "engineer" in subject.roles

valid_amount if {
	amount := input.resource.properties.amount
	is_number(amount)
	floor(amount) == amount
	amount >= 1
	amount <= max_amount
}
