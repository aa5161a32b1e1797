package io.mobula.internal.cluster;

import io.mobula.error.SettingsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Factory of TLS contexts from a certificate, its key and an authority, all in PEM files. */
final class PemFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");
  private static final char[] NO_PASSWORD = {};

  private PemFiles() {}

  /**
   * Returns a context that shows this certificate and trusts only that authority.
   *
   * @throws SettingsException naming the setting whose file is invalid
   */
  static SSLContext context(ClusterSettings.Tls tls) {
    var chain = certificates("mobula.tls.certificate", tls.certificate());
    var key = privateKey(tls.key());
    var authorities = certificates("mobula.tls.ca", tls.authority());
    try {
      var own = empty();
      own.setKeyEntry("node", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, NO_PASSWORD);
      var believed = empty();
      for (int i = 0; i < authorities.size(); i++) {
        believed.setCertificateEntry("ca-" + i, authorities.get(i));
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(believed);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new SettingsException(
          "mobula.tls.certificate " + tls.certificate() + " and mobula.tls.key " + tls.key()
              + " cannot be used together: " + e.getMessage(),
          e);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static List<Certificate> certificates(String setting, Path file) {
    try {
      var found = CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (found.isEmpty()) {
        throw new SettingsException(
            setting + ": " + file + " holds no certificate. It must be in PEM.");
      }
      return List.copyOf(found);
    } catch (GeneralSecurityException | IOException e) {
      throw new SettingsException(
          setting + ": " + file + " holds no certificate in PEM: " + e.getMessage(), e);
    }
  }

  private static PrivateKey privateKey(Path file) {
    try {
      var text = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
      if (!text.find()) {
        throw notAKey(file, null);
      }
      return decode(file, Base64.getMimeDecoder().decode(text.group(1)));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw notAKey(file, e);
    }
  }

  private static PrivateKey decode(Path file, byte[] bytes) throws GeneralSecurityException {
    InvalidKeySpecException none = null;
    for (var algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException otherAlgorithm) {
        none = otherAlgorithm;
      }
    }
    throw notAKey(file, none);
  }

  private static SettingsException notAKey(Path file, @Nullable Exception cause) {
    return new SettingsException(
        "mobula.tls.key: " + file
            + " holds no private key (RSA, EC or Ed25519) in PEM as PKCS#8, without a password. "
            + "openssl pkcs8 -topk8 -nocrypt makes one of another form.",
        cause);
  }
}
