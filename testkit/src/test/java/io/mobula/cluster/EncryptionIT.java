package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.ClusterException;
import io.mobula.error.ClusterException.Reason;
import io.mobula.error.SettingsException;
import io.mobula.info.NodeInfo;
import io.mobula.testkit.TestCertificateAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test that with certificates only processes with a certificate of the same authority can join. */
@Tag("long")
class EncryptionIT {
  @TempDir
  private static Path directory;

  private static TestCertificateAuthority certificates;
  private static MobulaRuntime member;
  private static String seed;

  @BeforeAll
  static void start() throws Exception {
    certificates = new TestCertificateAuthority(directory.resolve("ours"));
    member = Mobula.init(
        certificates.issue(settings(), "a", "ip:127.0.0.1").listen(0).nodeName("a"));
    seed = member.nodes().getFirst().address();
  }

  @AfterAll
  static void end() {
    member.close();
  }

  private static Settings settings() {
    return Mobula.settings()
        .cpus(1)
        .storeCapacity(1 << 24)
        .set("mobula.cluster.join-timeout", "4s")
        .set("mobula.cluster.stopped-after", "20s");
  }

  private static ClusterException refused(Settings settings) {
    var refused =
        catchThrowableOfType(ClusterException.class, () -> Mobula.init(settings).close());
    assertThat(refused).isNotNull();
    assertThat(member.nodes()).hasSize(1);
    return refused;
  }

  @Test
  void nodesOfOneAuthorityMeet() throws Exception {
    var settings =
        certificates.issue(settings(), "b", "ip:127.0.0.1").join(seed).nodeName("b");
    try (var other = Mobula.init(settings.set("mobula.cluster.join-timeout", "20s"))) {
      assertThat(other.nodes()).extracting(NodeInfo::name).containsExactly("b", "a");
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    var theirs = new TestCertificateAuthority(directory.resolve("theirs"));
    var refused = refused(theirs.issue(settings(), "c", "ip:127.0.0.1").join(seed));
    assertThat(refused.reason()).isEqualTo(Reason.NOT_TRUSTED);
    assertThat(refused).hasMessageContaining(seed).hasMessageContaining("mobula.tls.ca");
  }

  @Test
  void aSeedWhoseCertificateIsMadeOutToAnotherHostIsRefused() throws Exception {
    var wrong = certificates.issue(settings(), "d", "ip:10.1.2.3").listen(0);
    // the node needs no connection to itself, so it forms a cluster that no other process can join
    try (var misnamed = Mobula.init(wrong)) {
      var refused = refused(certificates
          .issue(settings(), "e", "ip:127.0.0.1")
          .join(misnamed.nodes().getFirst().address()));
      assertThat(refused.reason()).isEqualTo(Reason.NOT_TRUSTED);
      assertThat(refused).hasMessageContaining("made out to 127.0.0.1");
    }
  }

  @Test
  void clearTextIsRefused() {
    assertThat(refused(settings().join(seed)).reason()).isEqualTo(Reason.NO_RETURN_PATH);
  }

  @Test
  void malformedFilesAreNamedBeforeAnythingStarts() throws Exception {
    var good = certificates.issue(settings(), "f", "ip:127.0.0.1").listen(0);
    var nonsense =
        Files.writeString(directory.resolve("nonsense.pem"), "nonsense").toString();
    for (var key : new String[] {"certificate", "key", "ca"}) {
      assertThatThrownBy(() -> Mobula.init(good.set("mobula.tls." + key, nonsense)))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("mobula.tls." + key)
          .hasMessageContaining(nonsense);
    }
    assertThatThrownBy(() -> Mobula.init(good.set("mobula.tls.key", "")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.tls.key");
  }
}
