package org.millrace.am.submit;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Whether the caller of a command can prove to a secure cluster who they are. */
final class Login {
  private Login() {}

  /**
   * Logs in with the keytab, else with the one that {@code KRB5PRINCIPAL} and {@code KRB5KEYTAB}
   * name, else with the ticket cache. Without this Hadoop's clients try for half a minute, with a
   * stack trace each time.
   *
   * @throws MillraceException with code AUTHENTICATION_FAILED when there is neither, nor a token
   */
  static void require(Configuration configuration, Optional<Keytab> keytab) {
    UserGroupInformation.setConfiguration(configuration);
    if (!UserGroupInformation.isSecurityEnabled()) {
      return;
    }
    if (keytab.isPresent()) {
      login(keytab.get());
      return;
    }
    try {
      UserGroupInformation user = UserGroupInformation.getCurrentUser();
      if (!user.hasKerberosCredentials() && user.getCredentials().numberOfTokens() == 0) {
        throw new MillraceException(
            ErrorCode.AUTHENTICATION_FAILED,
            "The cluster wants Kerberos and %s has no ticket; run kinit, or set KRB5PRINCIPAL and KRB5KEYTAB to a name and its keytab"
                .formatted(user.getUserName()));
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED,
          "The cluster wants Kerberos and the login of KRB5PRINCIPAL with KRB5KEYTAB failed",
          e);
    }
  }

  private static void login(Keytab keytab) {
    try {
      UserGroupInformation.loginUserFromKeytab(keytab.principal(), keytab.file().toString());
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED,
          "The login of %s with the keytab %s failed; does the keytab hold a current key of this principal (klist -kt)?"
              .formatted(keytab.principal(), keytab.file()),
          e);
    }
  }
}
