extension ErasureCertificate {
    /// What `json` obeys: JSON Schema, draft 2020-12.
    package static let schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:selvedge:schema:erasure-certificate:1",
          "title": "Certificate of erasure",
          "type": "object",
          "additionalProperties": false,
          "required": ["schema_version", "reference", "verdict", "doubts", "request_sha256", "requester", "steps",
            "removed", "shared_identifiers_kept", "likenesses_kept", "pending", "tool_version", "issued"],
          "properties": {
            "schema_version": {"type": "integer", "enum": [1]},
            "reference": {"type": "string", "description": "The erasure's number in its store."},
            "verdict": {"type": "string", "enum": ["erased", "erased_with_pending", "not_proven"]},
            "doubts": {"type": "array", "items": {"type": "string", "enum": ["step_missing", "not_searched",
              "not_proven_to_see", "found", "same_principal"]}},
            "request_sha256": {"type": "string", "description": "64 hexadecimal digits."},
            "requester": {"type": "string"},
            "approver": {"type": "string", "description": "Absent where one may act alone."},
            "steps": {"type": "array", "items": {"type": "object", "additionalProperties": false,
              "required": ["state", "time"], "properties": {
                "state": {"type": "string", "enum": ["requested", "approved", "fenced", "shredded", "deleted",
                  "scrubbed", "verified"]},
                "time": {"type": "string", "description": "RFC 3339, UTC."}}}},
            "removed": {"type": "array", "items": {"type": "object", "additionalProperties": false,
              "required": ["what", "count"], "properties": {
                "what": {"type": "string"}, "count": {"type": "integer"}}}},
            "shared_identifiers_kept": {"type": "integer"},
            "likenesses_kept": {"type": "integer"},
            "search": {"type": "object", "additionalProperties": false,
              "required": ["started", "ended", "needles", "forms", "files", "bytes", "hits", "skipped",
                "files_with_hits", "rows", "row_hits"], "properties": {
                "started": {"type": "string"}, "ended": {"type": "string"},
                "needles": {"type": "integer", "description": "Values that were looked for."},
                "forms": {"type": "array", "items": {"type": "string"}},
                "files": {"type": "integer"}, "bytes": {"type": "integer"}, "hits": {"type": "integer"},
                "skipped": {"type": "integer"}, "files_with_hits": {"type": "array", "items": {"type": "string"}},
                "rows": {"type": "integer"}, "row_hits": {"type": "integer"}}},
            "canaries": {"type": "object", "additionalProperties": false,
              "required": ["planted", "seen", "places"], "properties": {
                "planted": {"type": "integer"}, "seen": {"type": "integer"},
                "places": {"type": "array", "items": {"type": "object", "additionalProperties": false,
                  "required": ["place", "planted", "seen"], "properties": {
                    "place": {"type": "string", "enum": ["free_page", "page_gap", "overflow_tail", "page_edge", "row",
                      "text"]},
                    "planted": {"type": "integer"}, "seen": {"type": "integer"}}}}}},
            "pending": {"type": "array", "items": {"type": "object", "additionalProperties": false,
              "required": ["kind"], "properties": {
                "kind": {"type": "string", "enum": ["backups", "feed_entries", "scrub", "freed_blocks", "readers"]},
                "count": {"type": "integer"},
                "until": {"type": "string"}}}},
            "tool_version": {"type": "string"},
            "issued": {"type": "string"}
          }
        }
        """
}
