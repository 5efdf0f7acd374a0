variable "namespace" {
  description = "Where Summit runs. It is there already, with the Secret."
  type        = string
}

variable "image" {
  description = "The image that was built with config/deploy/Dockerfile."
  type        = object({ repository = string, tag = optional(string, "") })
}

variable "replicas" {
  description = "Above 1 the guard is shared: a volume that many can write, or a witness."
  type        = number
  default     = 1
}

variable "existing_secret" {
  description = "The Secret with database-url, app-database-url, log-secret and token-key. No value of it comes into the state."
  type        = string
}

variable "log" {
  description = "How the logs are named, for good, and who witnesses them."
  type = object({
    origin    = string
    witnesses = optional(list(object({ name = string, vkey = string, url = string })), [])
  })
}

variable "guard" {
  description = "Where what was signed last is remembered: a claim, or a witness by its name."
  type = object({
    witness       = optional(string, "")
    existingClaim = optional(string, "")
    storageClass  = optional(string)
    accessMode    = optional(string, "ReadWriteOnce")
  })
  default = {}
}

# Their settings differ in type from pack to pack, which no type of Terraform can say; the chart's schema checks them.
variable "tenants" {
  description = "By id, what would stand in config/tenants/<id>.json, without id."
  type        = any
}

variable "plans" {
  description = "By id, price plans beside those that the chart brings."
  type        = any
  default     = {}
}

variable "monitoring" {
  description = "Whether the cluster has the Prometheus operator: its ServiceMonitor and PrometheusRule are made then."
  type        = bool
  default     = false
}

variable "values" {
  description = "Whatever else the chart takes, as in its values.yaml: http, config, packs, resources, networkPolicy, extraEnv."
  type        = any
  default     = {}
}
