package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.ClusterException;
import io.mobula.error.ClusterException.Reason;
import io.mobula.error.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Test that a process that may not join gets a clear reason, and that the cluster does not notice
 * it.
 */
@Tag("long")
class JoinRefusalsIT {
  private static MemberProcess member;
  private static String seed;

  @BeforeAll
  static void start() throws InterruptedException {
    member = MemberProcess.start("a");
    seed = member.awaitUp();
  }

  @AfterAll
  static void end() {
    member.close();
  }

  private static Settings settings() {
    return Mobula.settings()
        .cpus(1)
        .storeCapacity(1 << 24)
        .set("mobula.cluster.join-timeout", "3s")
        .set("mobula.cluster.stopped-after", "15s");
  }

  private static ClusterException refused(Settings settings) throws InterruptedException {
    var refused =
        catchThrowableOfType(ClusterException.class, () -> Mobula.init(settings).close());
    assertThat(refused).isNotNull();
    assertThat(member.ask("nodes")).isEqualTo("nodes a");
    return refused;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aSeedThatDoesNotAnswerIsNamedAfterTheTimeout() throws Exception {
    var nobody = "127.0.0.1:" + freePort();
    var refused = refused(settings().join(nobody));
    assertThat(refused.reason()).isEqualTo(Reason.SEED_UNANSWERED);
    assertThat(refused).hasMessageContaining(nobody).hasMessageContaining("PT3S");
  }

  @Test
  void aSeedThatIsNoNodeIsNamed() throws Exception {
    try (var deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var address = "127.0.0.1:" + deaf.getLocalPort();
      var refused = refused(settings().join(address));
      assertThat(refused.reason()).isEqualTo(Reason.NO_RETURN_PATH);
      assertThat(refused).hasMessageContaining(address);
    }
  }

  @Test
  void anAddressThatIsNotReachableBackIsNamed() throws Exception {
    int pretended = freePort();
    var refused = refused(settings()
        .join(seed)
        .set("mobula.cluster.port", pretended)
        .set("mobula.cluster.actor-system.akka.remote.artery.bind.port", 0));
    assertThat(refused.reason()).isEqualTo(Reason.NO_RETURN_PATH);
    assertThat(refused).hasMessageContaining(seed).hasMessageContaining("127.0.0.1:" + pretended);
  }

  @Test
  void aClusterOfAnotherNameIsRefusedWithBothNames() throws Exception {
    var refused = refused(settings().join(seed).clusterName("other"));
    assertThat(refused.reason()).isEqualTo(Reason.OTHER_CLUSTER);
    assertThat(refused).hasMessageContaining("other").hasMessageContaining("default");
  }

  @Test
  void anotherVersionOfTheProtocolIsRefusedWithBothVersions() throws Exception {
    try (var other = MemberProcess.start(
        "later", MemberProcess.plan("later").property("io.mobula.cluster.protocol", "902"))) {
      var refused = refused(settings().join(other.awaitUp()));
      assertThat(refused.reason()).isEqualTo(Reason.OTHER_PROTOCOL);
      assertThat(refused).hasMessageContaining("version 5").hasMessageContaining("version 902");
      assertThat(other.ask("nodes")).isEqualTo("nodes later");
    }
  }

  @Test
  void aNameThatIsTakenIsRefusedWithItsHolder() throws Exception {
    var refused = refused(settings().join(seed).nodeName("a"));
    assertThat(refused.reason()).isEqualTo(Reason.NAME_TAKEN);
    assertThat(refused)
        .hasMessageContaining(seed)
        .hasMessageContaining("pid " + member.jvm().pid());
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    int taken = Integer.parseInt(seed.substring(seed.indexOf(':') + 1));
    var refused = refused(settings().listen(taken));
    assertThat(refused.reason()).isEqualTo(Reason.CANNOT_LISTEN);
    assertThat(refused).hasMessageContaining(seed);
  }

  @Test
  void beyondLoopbackItWantsCertificatesOrConsent() {
    assertThatThrownBy(() -> open(settings().listen(0).set("mobula.cluster.host", "10.1.2.3")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.cluster.host=10.1.2.3")
        .hasMessageContaining("mobula.tls.certificate")
        .hasMessageContaining("mobula.insecure");
    assertThatThrownBy(() -> open(settings()
            .listen(0)
            .set("mobula.cluster.host", "0.0.0.0")
            .set("mobula.insecure", true)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("0.0.0.0");
  }

  @Test
  void anActorSystemThatIsNoMemberCannotListen() {
    var system = ActorSystem.create(Behaviors.empty(), "plain");
    try {
      assertThatThrownBy(() -> MobulaRuntime.attach(system, settings().listen(0)))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("akka.actor.provider")
          .hasMessageContaining("plain");
    } finally {
      system.terminate();
    }
  }

  @Test
  void withConsentItTriesTheAddress() throws Exception {
    var refused = refused(
        settings().listen(0).set("mobula.cluster.host", "192.0.2.1").set("mobula.insecure", true));
    assertThat(refused.reason()).isEqualTo(Reason.CANNOT_LISTEN);
    assertThat(refused).hasMessageContaining("192.0.2.1");
  }

  private static MobulaRuntime open(Settings settings) {
    return Mobula.init(settings);
  }
}
