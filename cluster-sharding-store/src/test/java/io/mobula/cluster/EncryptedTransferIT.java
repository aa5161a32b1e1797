package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.TestCertificateAuthority;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With certificates, large values travel on Akka's encrypted connections and Aeron stays off. */
@Tag("long")
@Timeout(400)
class EncryptedTransferIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir
  Path directory;

  @Test
  void aLargeTensorComesEncryptedAndWhole() throws Exception {
    var certificates = new TestCertificateAuthority(directory);
    try (var maker = member(certificates, "maker", "")) {
      var address = said(maker, "up ").split(" ")[1];
      try (var reader = member(certificates, "reader", address)) {
        assertThat(said(reader, "read "))
            .isEqualTo("read " + TensorTransferProcess.BYTES + " bytes, 0 of them wrong");
        assertThat(carrier(reader)).isEqualTo("carries akka");
        assertThat(carrier(maker)).isEqualTo("carries akka");
      }
    }
  }

  /** Without certificates, Aeron carries the values, which shows that the other test can fail. */
  @Test
  void inClearTextAeronCarriesIt() throws Exception {
    try (var maker = TensorTransferProcess.plan("").start()) {
      var address = said(maker, "up ").split(" ")[1];
      try (var reader = TensorTransferProcess.plan(address).start()) {
        assertThat(said(reader, "read ")).endsWith(" 0 of them wrong");
        assertThat(carrier(reader)).isEqualTo("carries aeron");
        assertThat(carrier(maker)).isEqualTo("carries aeron");
      }
    }
  }

  private static String carrier(ForkedJvm member) throws InterruptedException {
    member.sendLine("what carries?");
    return said(member, "carries ");
  }

  private static String said(ForkedJvm member, String beginning) throws InterruptedException {
    return member.awaitLine(line -> line.startsWith(beginning), LIMIT);
  }

  private static ForkedJvm member(
      TestCertificateAuthority certificates, String name, String address) throws Exception {
    var plan = TensorTransferProcess.plan(address);
    var issued = certificates.issue(Mobula.settings(), name, "ip:127.0.0.1");
    for (var setting : issued.values().entrySet()) {
      plan = plan.property(setting.getKey(), setting.getValue().toString());
    }
    return plan.start();
  }
}
