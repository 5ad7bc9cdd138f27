{{- /* The settings of the service, see docs/generated/configuration.md. */ -}}
{{- define "cairn.env" -}}
{{ include "cairn.databaseEnv" . }}
{{ include "cairn.secretEnv" (dict "name" "CAIRN_ADMIN_TOKEN" "secret" .Values.adminToken.existingSecret "key" .Values.adminToken.key) }}
- { name: CAIRN_MIGRATE, value: "false" }
- { name: CAIRN_DATABASE_POOL, value: {{ .Values.database.pool | quote }} }
- { name: CAIRN_LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
{{- with .Values.publicUrl }}
- { name: CAIRN_PUBLIC_URL, value: {{ . | quote }} }
{{- end }}
{{- with .Values.policy }}
{{- if .existingConfigMap }}
- { name: CAIRN_POLICY_DIR, value: /etc/cairn/policies }
{{- end }}
{{- with .git }}
{{- if .url }}
- { name: CAIRN_POLICY_GIT_URL, value: {{ .url | quote }} }
- { name: CAIRN_POLICY_GIT_BRANCH, value: {{ .branch | quote }} }
- { name: CAIRN_POLICY_GIT_PATH, value: {{ .path | quote }} }
- { name: CAIRN_POLICY_GIT_POLL_SECONDS, value: {{ .pollSeconds | quote }} }
{{- if .existingSecret }}
- { name: CAIRN_CREDENTIALS_DIR, value: /etc/cairn/credentials }
- { name: CAIRN_POLICY_GIT_CREDENTIALS, value: policy-git }
{{- end }}
{{- end }}
{{- end }}
{{- if .publicKeys }}
- { name: CAIRN_POLICY_PUBLIC_KEYS, value: {{ join "," .publicKeys | quote }} }
{{- end }}
{{- end }}
{{- with .Values.objectStore }}
- { name: S3_BUCKET, value: {{ .bucket | quote }} }
- { name: S3_REGION, value: {{ .region | quote }} }
- { name: S3_DIRECT, value: {{ .direct | quote }} }
{{- if .publicEndpoint }}
- { name: S3_PUBLIC_ENDPOINT, value: {{ .publicEndpoint | quote }} }
{{- end }}
{{- if .endpoint }}
- { name: S3_ENDPOINT, value: {{ .endpoint | quote }} }
{{- end }}
{{- if .prefix }}
- { name: S3_PREFIX, value: {{ .prefix | quote }} }
{{- end }}
{{- if .existingSecret }}
{{ include "cairn.secretEnv" (dict "name" "AWS_ACCESS_KEY_ID" "secret" .existingSecret "key" .accessKeyIdKey) }}
{{ include "cairn.secretEnv" (dict "name" "AWS_SECRET_ACCESS_KEY" "secret" .existingSecret "key" .secretAccessKeyKey) }}
{{- end }}
{{- end }}
- { name: CAIRN_S3_PORT, value: {{ ternary "4601" "off" .Values.s3Gateway.enabled | quote }} }
{{ include "cairn.secretEnv" (dict "name" "CAIRN_SECRET_KEY" "secret" .Values.secretKey.existingSecret "key" .Values.secretKey.key) }}
{{- with .Values.elasticsearch }}
{{- if .existingSecret }}
{{ include "cairn.secretEnv" (dict "name" "ELASTICSEARCH_URL" "secret" .existingSecret "key" .urlKey) }}
{{- else if .url }}
- { name: ELASTICSEARCH_URL, value: {{ .url | quote }} }
{{- end }}
{{- end }}
{{- with .Values.kafka }}
{{- if .brokers }}
- { name: KAFKA_BROKERS, value: {{ join "," .brokers | quote }} }
- { name: KAFKA_TOPIC, value: {{ .topic | quote }} }
- { name: KAFKA_GROUP, value: {{ .group | quote }} }
- { name: KAFKA_SUBJECT, value: {{ .subject | quote }} }
- { name: KAFKA_TLS, value: {{ .tls | quote }} }
{{- if .existingSecret }}
- { name: KAFKA_SASL_MECHANISM, value: {{ .saslMechanism | quote }} }
{{ include "cairn.secretEnv" (dict "name" "KAFKA_USERNAME" "secret" .existingSecret "key" .usernameKey) }}
{{ include "cairn.secretEnv" (dict "name" "KAFKA_PASSWORD" "secret" .existingSecret "key" .passwordKey) }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.oidc }}
{{- if .issuer }}
- { name: OIDC_ISSUER, value: {{ .issuer | quote }} }
- { name: OIDC_AUDIENCE, value: {{ .audience | quote }} }
{{- with .publicClientId }}
- { name: OIDC_PUBLIC_CLIENT_ID, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.kubernetes }}
{{- if .clusterName }}
- { name: KUBERNETES_CLUSTER_NAME, value: {{ .clusterName | quote }} }
{{- end }}
{{- if .source.enabled }}
- { name: KUBERNETES_SOURCE, value: "true" }
- { name: KUBERNETES_SOURCE_SUBJECT, value: {{ .source.subject | quote }} }
{{- if .source.namespaces }}
- { name: KUBERNETES_SOURCE_NAMESPACES, value: {{ join "," .source.namespaces | quote }} }
{{- end }}
{{- end }}
{{- with .execution }}
{{- if .enabled }}
- { name: EXECUTION_DRIVER, value: kubernetes }
- { name: KUBERNETES_EXECUTION_NAMESPACE, value: {{ include "cairn.runsNamespace" $ | quote }} }
- { name: KUBERNETES_EXECUTION_STAGER_IMAGE, value: {{ include "cairn.image" $ | quote }} }
- { name: KUBERNETES_EXECUTION_CAIRN_URL, value: {{ .serviceUrl | default (printf "http://%s.%s.svc:%v" (include "cairn.fullname" $) $.Release.Namespace $.Values.service.port) | quote }} }
{{- with .image }}
- { name: KUBERNETES_EXECUTION_IMAGE, value: {{ . | quote }} }
{{- end }}
- { name: KUBERNETES_EXECUTION_CPU, value: {{ .cpu | quote }} }
- { name: KUBERNETES_EXECUTION_MEMORY, value: {{ .memory | quote }} }
- { name: KUBERNETES_EXECUTION_VOLUME_SIZE, value: {{ .volumeSize | quote }} }
{{- with .priorityClassName }}
- { name: KUBERNETES_EXECUTION_PRIORITY_CLASS, value: {{ . | quote }} }
{{- end }}
{{- if .nodeSelector }}
{{- $pairs := list }}
{{- range $label, $value := .nodeSelector }}{{ $pairs = append $pairs (printf "%s=%s" $label $value) }}{{ end }}
- { name: KUBERNETES_EXECUTION_NODE_SELECTOR, value: {{ join "," $pairs | quote }} }
{{- end }}
{{- with .tolerations }}
- { name: KUBERNETES_EXECUTION_TOLERATIONS, value: {{ toJson . | quote }} }
{{- end }}
{{- with .imagePullSecrets }}
- { name: KUBERNETES_EXECUTION_PULL_SECRETS, value: {{ join "," . | quote }} }
{{- end }}
{{- end }}
{{- end }}
{{- if .tokenReview.enabled }}
- { name: KUBERNETES_TOKEN_AUDIENCE, value: {{ .tokenReview.audience | quote }} }
{{- end }}
{{- end }}
{{- with .Values.tracing }}
{{- if .endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .endpoint | quote }} }
- { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: {{ .protocol | quote }} }
- { name: OTEL_TRACES_SAMPLER, value: {{ .sampler | quote }} }
- { name: OTEL_TRACES_SAMPLER_ARG, value: {{ .samplerArg | quote }} }
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- { name: OTEL_RESOURCE_ATTRIBUTES, value: "k8s.namespace.name={{ $.Release.Namespace }},k8s.pod.name=$(POD_NAME)" }
{{- if .existingSecret }}
{{ include "cairn.secretEnv" (dict "name" "OTEL_EXPORTER_OTLP_HEADERS" "secret" .existingSecret "key" .headersKey) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.env }}
- { name: {{ $name }}, value: {{ kindIs "float64" $value | ternary (int64 $value) $value | toString | quote }} }
{{- end }}
{{- range $name, $from := .Values.secretEnv }}
{{ include "cairn.secretEnv" (dict "name" $name "secret" $from.existingSecret "key" $from.key) }}
{{- end }}
{{- end }}
