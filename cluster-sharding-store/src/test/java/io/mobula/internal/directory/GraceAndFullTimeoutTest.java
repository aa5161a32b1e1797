package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Relation between the defaults of two settings. */
class GraceAndFullTimeoutTest {

  /**
   * After a death, nothing that the dead node held is freed before its death is certain and the
   * grace period is over: a store that is full for that long refuses nothing.
   */
  @Test
  void whoWaitsForRoomOutlivesADeathAndItsGrace() {
    var config = ConfigFactory.defaultReference();
    var cluster = config.getConfig("mobula.cluster.actor-system.akka.cluster");
    var believed = cluster
        .getDuration("failure-detector.acceptable-heartbeat-pause")
        .plus(cluster.getDuration("split-brain-resolver.stable-after"));
    var grace = config.getDuration("mobula.directory.grace");
    var resends = config.getDuration("mobula.directory.resend").multipliedBy(2);
    var heartbeats = Duration.ofSeconds(3); // the interval of the detector, and the removal itself
    assertThat(config.getDuration("mobula.store.full-timeout"))
        .isGreaterThan(believed.plus(heartbeats).plus(grace).plus(resends));
  }
}
