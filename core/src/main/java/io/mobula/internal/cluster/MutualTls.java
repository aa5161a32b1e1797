package io.mobula.internal.cluster;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import scala.Option;

/**
 * Provider of Artery's TLS engines: both sides show a certificate of the same authority, and the
 * connecting side checks that the certificate names the intended host. Named in the configuration.
 */
public final class MutualTls implements SSLEngineProvider {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final List<String> CIPHERS = List.of(
      "TLS_AES_256_GCM_SHA384",
      "TLS_AES_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

  private final SSLContext context;

  /** Creates a provider for Artery, from the files named in the system's configuration. */
  public MutualTls(ActorSystem system) {
    var config = system.settings().config();
    this.context = PemFiles.context(new ClusterSettings.Tls(
        Path.of(config.getString("mobula.tls.certificate")),
        Path.of(config.getString("mobula.tls.key")),
        Path.of(config.getString("mobula.tls.ca"))));
  }

  /**
   * Returns the protocols and ciphers of a client or a server; a client also checks the host's
   * name.
   */
  static SSLParameters parameters(SSLContext context, boolean client) {
    var supported = Arrays.asList(context.getSupportedSSLParameters().getCipherSuites());
    var ciphers = CIPHERS.stream().filter(supported::contains).toArray(String[]::new);
    var parameters = new SSLParameters(ciphers, PROTOCOLS);
    if (client) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    } else {
      parameters.setNeedClientAuth(true);
    }
    return parameters;
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    return engine(hostname, port, false);
  }

  @Override
  public SSLEngine createClientSSLEngine(String hostname, int port) {
    return engine(hostname, port, true);
  }

  private SSLEngine engine(String hostname, int port, boolean client) {
    var engine = context.createSSLEngine(hostname, port);
    engine.setUseClientMode(client);
    engine.setSSLParameters(parameters(context, client));
    return engine;
  }

  /** Accepts the session: the engine has checked everything. */
  @Override
  public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
    return Option.empty();
  }

  /** Accepts the session: the engine has checked everything. */
  @Override
  public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
    return Option.empty();
  }
}
