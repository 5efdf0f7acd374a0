namespace       = "summit"
image           = { repository = "registry.example/summit" }
replicas        = 3
existing_secret = "summit"
log             = { origin = "summit.example" }
guard           = { accessMode = "ReadWriteMany", storageClass = "shared" }
monitoring      = true

tenants = {
  example = {
    title     = "Example"
    time_zone = "UTC"
    teams     = ["enterprise"]
    users     = [{ handle = "operator", roles = ["operator"], teams = ["enterprise"] }]
    packs = {
      trust-and-proof = { enabled = true }
      high-risk-ops   = { settings = { targets = { orders-db = { executor = "stub" } } } }
      finops          = { settings = { plans = [{ plan = { "$file" = "../plans/internal-demo.json" } }] } }
    }
  }
}
