{{- define "summit.name" -}}
{{- if contains "summit" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-summit" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "summit.selector" -}}
app.kubernetes.io/name: summit
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "summit.labels" -}}
{{ include "summit.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "summit.guardClaim" -}}
{{ .Values.guard.existingClaim | default (printf "%s-guard" (include "summit.name" .)) }}
{{- end }}
