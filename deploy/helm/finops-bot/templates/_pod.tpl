{{/* What every pod has in common. Arguments: root, component (bot, flows, migrations). */}}
{{- define "finops.pod" -}}
serviceAccountName: {{ include "finops.name" .root }}-{{ .component }}
automountServiceAccountToken: {{ ne .root.Values.vault.address "" }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "finops.container" -}}
name: {{ .component }}
image: {{ include "finops.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Secrets: each process gets those it needs and no others. */}}
{{- define "finops.env" -}}
{{- $secrets := list "FINOPS_DATABASE_URL" }}
{{- $optional := list }}
{{- if ne .component "migrations" }}
{{- $optional = list "FINOPS_APP_DATABASE_URL" "FINOPS_READER_DATABASE_URL" }}
{{- end }}
{{- if eq .component "bot" }}
{{- $secrets = concat $secrets (list "SLACK_BOT_TOKEN" (ternary "SLACK_APP_TOKEN" "SLACK_SIGNING_SECRET" (eq .root.Values.slack.mode "socket"))) }}
{{- $optional = append $optional "OPENAI_API_KEY" }}
{{- end }}
{{- if .root.Values.vault.address }}
{{- $vault := index .root.Values.vault .component }}
- {name: VAULT_ADDR, value: {{ .root.Values.vault.address | quote }}}
- {name: VAULT_MOUNT, value: {{ .root.Values.vault.mount | quote }}}
- {name: VAULT_KUBERNETES_ROLE, value: {{ $vault.role | quote }}}
- {name: VAULT_PATH, value: {{ $vault.path | quote }}}
{{- else }}
{{- $name := required "Give existingSecret (a Secret of yours) or vault.address: the bot has no other way to its secrets." .root.Values.existingSecret }}
{{- range $secrets }}
- {name: {{ . }}, valueFrom: {secretKeyRef: {name: {{ $name }}, key: {{ . }}}}}
{{- end }}
{{- range $optional }}
- {name: {{ . }}, valueFrom: {secretKeyRef: {name: {{ $name }}, key: {{ . }}, optional: true}}}
{{- end }}
{{- end }}
{{- if ne .component "migrations" }}
- {name: FINOPS_CONFIG, value: /etc/finops/finops.yaml}
- {name: PREFECT_API_URL, value: {{ .root.Values.prefect.apiUrl | quote }}}
{{- end }}
{{- range $name, $value := .root.Values.env }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "finops.mounts" -}}
- {name: home, mountPath: /var/lib/finops}
- {name: tmp, mountPath: /tmp}
{{- if ne .component "migrations" }}
- {name: config, mountPath: /etc/finops, readOnly: true}
{{- end }}
{{- with .root.Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "finops.volumes" -}}
- {name: home, emptyDir: {sizeLimit: 1Gi}}
- {name: tmp, emptyDir: {sizeLimit: {{ ternary .root.Values.flows.scratch "1Gi" (eq .component "flows") }}}}
{{- if ne .component "migrations" }}
- {name: config, configMap: {name: {{ include "finops.configMap" .root }}}}
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
