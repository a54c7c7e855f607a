package org.millrace.am.web;

/** The request cannot be answered, and the caller is told why. */
final class RequestProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  private RequestProblem(int status, String message) {
    super(message);
    this.status = status;
  }

  static RequestProblem badRequest(String message) {
    return new RequestProblem(400, message);
  }

  static RequestProblem notFound(String message) {
    return new RequestProblem(404, message);
  }

  Answer answer() {
    return Answer.error(status, getMessage());
  }
}
