package org.millrace.runner.task;

import com.google.protobuf.ByteString;

/** What makes two pipelines interchangeable. */
record PipelineKey(ByteString templateId, ByteString functionSetId) {}
