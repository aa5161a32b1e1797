package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.cluster.SuspectedMember.Finding;
import io.mobula.internal.memory.ProgressThread;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreLivenessProbe;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of what is known of a member's process by its store and by its port. */
class SuspectedMemberTest {
  private static final SystemAddress SEAT = new SystemAddress("127.0.0.2:7000", 1);
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @TempDir
  private Path directory;

  @Test
  void livesWhileItsWordMovesIsStoppedWhenItDoesNotAndDeadWhenItsLockIsFree() throws Exception {
    var store = SharedStore.open(options());
    var suspect = new SuspectedMember(SEAT, store.address());
    long now = 0;
    assertThat(suspect.look(now, MINUTE)).isEqualTo(Finding.ALIVE);
    now += MINUTE - SECOND;
    assertThat(suspect.look(now, MINUTE)).isEqualTo(Finding.ALIVE);
    now += 2 * SECOND;
    assertThat(suspect.look(now, MINUTE)).isEqualTo(Finding.STOPPED);
    try (var progress = ProgressThread.start(store)) {
      long before = StoreLivenessProbe.progress(store.address());
      PollingAssert.until(
          "the word moves", () -> StoreLivenessProbe.progress(store.address()) > before + 1);
      assertThat(progress.clock().nanos()).isPositive();
    }
    now += SECOND;
    assertThat(suspect.look(now, MINUTE)).isEqualTo(Finding.ALIVE);
    store.close();
    now += SECOND;
    assertThat(suspect.look(now, MINUTE)).isEqualTo(Finding.DEAD);
    assertThat(suspect.cause()).contains("its process has died");
    assertThat(suspect.beginProbe(now)).as("nothing is left to be found out").isFalse();
  }

  @Test
  void aPortIsProbedOnceASecondUntilItIsRefused() {
    var suspect = new SuspectedMember(SEAT, null);
    assertThat(suspect.look(0, MINUTE)).isEqualTo(Finding.UNKNOWN);
    assertThat(suspect.beginProbe(0)).isTrue();
    assertThat(suspect.beginProbe(2 * SECOND)).as("one is on its way").isFalse();
    suspect.probed(false);
    assertThat(suspect.beginProbe(SECOND / 2)).isFalse();
    assertThat(suspect.beginProbe(2 * SECOND)).isTrue();
    assertThat(suspect.cause()).isNull();
    suspect.probed(true);
    assertThat(suspect.cause()).contains("refuses its port");
    assertThat(suspect.look(3 * SECOND, MINUTE)).isEqualTo(Finding.DEAD);
    assertThat(suspect.beginProbe(4 * SECOND)).isFalse();
  }

  @Test
  void aStoreGoesThroughTheRolesOfItsMember() {
    var store = new Peer.StoreLocation("/dev/shm/mobula-a=b\nc", -1, 42, "a=b=c");
    assertThat(StoreRole.find(List.of("mobula-node", StoreRole.of(store), "dc-default")))
        .isEqualTo(store);
    assertThat(StoreRole.find(List.of("mobula-node", "mobula-store=1=2=3"))).isNull();
  }

  private StoreOptions options() {
    return new StoreOptions(directory, 1 << 20, 1 << 20, false);
  }
}
