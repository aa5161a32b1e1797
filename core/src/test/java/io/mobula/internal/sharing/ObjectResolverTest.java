package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ObjectResolverTest {
  private static final String CLUSTER = "mobula.cluster.actor-system.akka.cluster.";

  @Test
  void theFirstRoundsFollowAtOnce() {
    assertThat(ObjectResolver.pauseAfter(0)).isZero();
    assertThat(ObjectResolver.pauseAfter(1)).isZero();
    assertThat(ObjectResolver.pauseAfter(2)).isPositive();
  }

  /** The directory continues to name a dead process until its death is confirmed. */
  @Test
  void aSearchTakesLongerThanTheDeathOfAnotherHostNeedsToBeBelieved() {
    var settings = ConfigFactory.defaultReference();
    var believed = settings
        .getDuration(CLUSTER + "failure-detector.acceptable-heartbeat-pause")
        .plus(settings.getDuration(CLUSTER + "split-brain-resolver.stable-after"));
    assertThat(Duration.ofMillis(ObjectResolver.pausesInAll())).isGreaterThan(believed);
  }
}
