# METADATA
# title: Vendors
# description: Which vendors may be registered and assessed, and who must accept their risk.
# custom:
#   version: 0.1.0
package vendor_risk.vendors

import data.lib.decisions
import data.lib.subject

# A yearly spend from which on the risk is high, in the vendor's currency.
high_spend := 100000

# METADATA
# title: Decision
# description: Every rule that denies, or the risk as the one reason that allows, with the roles that must accept it.
# entrypoint: true
decision := decisions.allow(risk, messages[risk], required_roles[risk]) if {
	denials == {}
}

decision := decisions.deny(denials) if denials != {}

messages := {
	"low": "The vendor gets none of our data and little of our money: nobody need accept the risk.",
	"medium": "The vendor gets internal data: a security officer must accept the risk.",
	"high": $"The vendor gets personal data, or at least {high_spend} a year: a security officer and finance must accept the risk.",
}

required_roles := {
	"low": [],
	"medium": ["security_officer"],
	"high": ["security_officer", "finance"],
}

default risk := "high"

risk := "low" if {
	data_access == "none"
	yearly_spend < high_spend
}

risk := "medium" if {
	data_access == "internal"
	yearly_spend < high_spend
}

denials["analyst-only"] := "Only an analyst may register or assess a vendor." if not subject_is_analyst

denials["sanctioned-country"] := message if {
	not country_is_open
	message := $"Nothing may be bought from {input.resource.properties.country}: it is under sanctions, or no country."
}

denials["data-access"] := "The data that the vendor gets must be none, internal or personal." if not valid_data_access

denials["yearly-spend"] := "The yearly spend must be a decimal that is not negative." if not valid_yearly_spend

subject_is_analyst if "analyst" in subject.roles

country_is_open if {
	country := input.resource.properties.country
	is_string(country)
	not country in data.vendor_risk.vendors.sanctioned_countries
}

data_access := input.resource.properties.data_access

valid_data_access if data_access in {"none", "internal", "personal"}

yearly_spend := to_number(input.resource.properties.yearly_spend) if is_string(input.resource.properties.yearly_spend)

valid_yearly_spend if yearly_spend >= 0
