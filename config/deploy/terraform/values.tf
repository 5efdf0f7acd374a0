# What the chart is given. By itself, so that it can be evaluated with no provider and no cluster.
locals {
  values = {
    image          = var.image
    replicas       = var.replicas
    secrets        = { existingSecret = var.existing_secret }
    log            = var.log
    guard          = var.guard
    tenants        = var.tenants
    plans          = var.plans
    serviceMonitor = { enabled = var.monitoring }
    prometheusRule = { enabled = var.monitoring }
  }
}
