terraform {
  required_version = ">= 1.5"
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}

resource "helm_release" "summit" {
  name      = "summit"
  namespace = var.namespace
  chart     = "${path.module}/../helm/summit"
  values    = [for values in local.documents : yamlencode(values)]
  atomic    = true
  timeout   = 600
}
