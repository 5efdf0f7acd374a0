{{/* summit.json, from the values. */}}
{{- define "summit.config" -}}
{{- $guard := dict "folder" "/var/lib/summit-guard" "shared" (eq .Values.guard.accessMode "ReadWriteMany") }}
{{- if .Values.guard.witness }}{{ $guard = dict "witness" .Values.guard.witness }}{{ end }}
{{- $own := dict
  "log" (dict "origin" .Values.log.origin "secret_file" "/run/secrets/summit/log-secret" "guard" $guard "witnesses" .Values.log.witnesses)
  "packs" .Values.packs
  "policies" (dict "folder" "/app/policies")
  "tenants" "./tenants"
  "http" .Values.http }}
{{- mergeOverwrite (deepCopy .Values.config) $own | mustToPrettyJson }}
{{- end }}

{{/* The price plans that the chart brings, and those of the values, by id. */}}
{{- define "summit.plans" -}}
{{- $plans := dict }}
{{- range $path, $_ := .Files.Glob "files/plans/*.json" }}
{{- $_ := set $plans (trimSuffix ".json" (base $path)) ($.Files.Get $path | mustFromJson) }}
{{- end }}
{{- mergeOverwrite $plans (deepCopy .Values.plans) | mustToJson }}
{{- end }}
