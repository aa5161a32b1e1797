package io.mobula.testkit;

import io.mobula.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificate authority for tests of encrypted clusters. The JDK's keytool issues the certificates,
 * which takes a second for each.
 */
public final class TestCertificateAuthority {
  private static final String PASSWORD = "changeit";

  private final Path directory;
  private final Path authority;

  /**
   * Creates an authority with its files in that directory.
   *
   * @throws IOException when the directory cannot be created
   * @throws InterruptedException while keytool runs
   */
  public TestCertificateAuthority(Path directory) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    this.authority = directory.resolve("ca.p12");
    keytool(
        authority,
        "-genkeypair",
        "-alias",
        "ca",
        "-keyalg",
        "EC",
        "-dname",
        "CN=ca " + directory.getFileName(),
        "-ext",
        "bc:c");
    keytool(authority, "-exportcert", "-alias", "ca", "-rfc", "-file", pem("ca"));
  }

  /**
   * Issues a certificate and adds it and its key to settings.
   *
   * @param name base name of its files, unique
   * @param subject address or name of the certificate, such as {@code ip:127.0.0.1}
   * @throws IOException when a file cannot be written or read
   * @throws InterruptedException while keytool runs
   */
  public Settings issue(Settings settings, String name, String subject)
      throws IOException, InterruptedException {
    var store = directory.resolve(name + ".p12");
    var request = directory.resolve(name + ".csr").toString();
    keytool(store, "-genkeypair", "-alias", "node", "-keyalg", "EC", "-dname", "CN=" + name);
    keytool(store, "-certreq", "-alias", "node", "-file", request);
    keytool(
        authority,
        "-gencert",
        "-alias",
        "ca",
        "-rfc",
        "-infile",
        request,
        "-outfile",
        pem(name),
        "-ext",
        "san=" + subject);
    exportKey(store, Path.of(pem(name + "-key")));
    return settings
        .set("mobula.tls.certificate", pem(name))
        .set("mobula.tls.key", pem(name + "-key"))
        .set("mobula.tls.ca", pem("ca"));
  }

  private String pem(String name) {
    return directory.resolve(name + ".pem").toString();
  }

  private static void exportKey(Path store, Path to) throws IOException {
    byte[] encoded;
    try {
      var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      encoded = keys.getKey("node", PASSWORD.toCharArray()).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IOException("keytool has written what cannot be read: " + store, e);
    }
    Files.writeString(
        to,
        "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(encoded)
            + "\n-----END PRIVATE KEY-----\n");
  }

  private static void keytool(Path store, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError(command + ": " + said);
    }
  }
}
