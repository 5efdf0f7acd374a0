# What the chart is given: of two documents that say the same, the last wins. By itself, so that it can be evaluated with no provider and no cluster.
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
  documents = [local.values, var.values]
}
