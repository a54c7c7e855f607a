package org.millrace.am.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.millrace.am.driver.ApplicationStatus;

/** The status of an application as JSON: the names of its components. Thread-safe. */
public final class StatusJson {
  private final ObjectMapper mapper = new ObjectMapper();

  public byte[] write(ApplicationStatus status) {
    try {
      return mapper.writeValueAsBytes(status);
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }
}
