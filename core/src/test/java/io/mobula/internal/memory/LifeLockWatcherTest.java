package io.mobula.internal.memory;

import static io.mobula.internal.memory.PeerProcess.storeAddress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class LifeLockWatcherTest {
  private static final long SOME_ROUNDS_MILLIS = 300;

  @TempDir
  Path base;

  private final LifeLockWatcher watch = new LifeLockWatcher();

  @AfterEach
  void close() {
    watch.close();
  }

  private StoreOptions options() {
    return new StoreOptions(base, 1 << 20, 1 << 16, false);
  }

  private PeerProcessClient child() {
    return new PeerProcessClient(PeerProcess.class, line -> {}, base.toString());
  }

  private static StoreAddress address(PeerProcessClient child) {
    return storeAddress(("- " + child.ask("address")).split(" "));
  }

  private static boolean within30Seconds(CountDownLatch latch) throws InterruptedException {
    return latch.await(30, TimeUnit.SECONDS);
  }

  @Test
  void tellsOnceOfAKilledProcessAndNotOfOneThatLivesOrIsStopped() throws Exception {
    try (PeerProcessClient killed = child();
        PeerProcessClient stopped = child()) {
      CountDownLatch died = new CountDownLatch(1);
      AtomicInteger times = new AtomicInteger();
      CountDownLatch never = new CountDownLatch(1);
      StoreAddress alive = address(stopped);
      watch.onDeath(alive, never::countDown);
      watch.onDeath(address(killed), () -> {
        times.incrementAndGet();
        died.countDown();
      });
      stopped.signal("STOP");
      assertThat(died.await(SOME_ROUNDS_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      killed.signal("KILL");
      assertThat(within30Seconds(died)).isTrue();
      assertThat(never.await(SOME_ROUNDS_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(times).hasValue(1);
      watch.close();
      try (SharedStore store = SharedStore.open(options())) {
        assertThat(Path.of(alive.directory()).resolve(LifeLock.FILE)).exists();
        assertThat(store.directory()).exists();
      }
    }
  }

  @Test
  void tellsOfAStoreThatWasClosedInAProcessThatLives() throws Exception {
    try (PeerProcessClient child = child()) {
      CountDownLatch ended = new CountDownLatch(1);
      watch.onDeath(address(child), ended::countDown);
      assertThat(child.ask("close")).isEqualTo("closed");
      assertThat(within30Seconds(ended)).isTrue();
    }
  }

  @Test
  void tellsOfAStoreOfThisJvmAndKeepsItsLock() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (PeerProcessClient other = child();
        SharedStore own = SharedStore.open(options())) {
      watch.onDeath(own.address(), ended::countDown);
      assertThat(ended.await(SOME_ROUNDS_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      StoreAddress theirs = address(other);
      try (PeerProcessClient starter = child()) {
        assertThat(starter.ask("address")).isNotEmpty();
        assertThat(own.directory()).exists();
        assertThat(Path.of(theirs.directory())).exists();
      }
    }
    assertThat(within30Seconds(ended)).isTrue();
  }

  @Test
  void twoProcessesWatchEachOther() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    try (SharedStore own = SharedStore.open(options());
        PeerProcessClient child = new PeerProcessClient(
            PeerProcess.class,
            line -> {
              if (line.equals("ended")) {
                told.countDown();
              }
            },
            base.toString())) {
      watch.onDeath(address(child), ended::countDown);
      assertThat(child.ask("watch " + PeerProcess.written(own.address()))).isEqualTo("watching");
      assertThat(ended.await(SOME_ROUNDS_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(told.getCount()).isOne();
      own.close();
      assertThat(within30Seconds(told)).isTrue();
      child.signal("KILL");
      assertThat(within30Seconds(ended)).isTrue();
    }
  }

  @Test
  void severalWatchesInOneJvmDoNotTakeEachOthersQuestionsForAnEnd() throws Exception {
    try (PeerProcessClient child = child();
        LifeLockWatcher second = new LifeLockWatcher();
        LifeLockWatcher third = new LifeLockWatcher()) {
      StoreAddress address = address(child);
      CountDownLatch never = new CountDownLatch(1);
      CountDownLatch died = new CountDownLatch(3);
      for (LifeLockWatcher each : new LifeLockWatcher[] {watch, second, third}) {
        for (int i = 0; i < 200; i++) {
          each.onDeath(address, never::countDown);
        }
      }
      assertThat(never.await(SOME_ROUNDS_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      for (LifeLockWatcher each : new LifeLockWatcher[] {watch, second, third}) {
        each.onDeath(address, died::countDown);
      }
      child.signal("KILL");
      assertThat(within30Seconds(died)).isTrue();
    }
  }

  @Test
  void aWatchThatWasDroppedSaysNothingAndWhatFailsDoesNotEndTheOthers() throws Exception {
    AtomicInteger dropped = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(1);
    try (SharedStore own = SharedStore.open(options())) {
      SharedStore.WatchHandle drop = watch.onDeath(own.address(), dropped::incrementAndGet);
      watch.onDeath(own.address(), () -> {
        throw new IllegalStateException("on purpose");
      });
      watch.onDeath(own.address(), ended::countDown);
      drop.cancel();
      drop.cancel();
    }
    assertThat(within30Seconds(ended)).isTrue();
    assertThat(dropped).hasValue(0);
  }

  @Test
  void whatIsNotThereHasEnded() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    watch.onDeath(new StoreAddress(base + "/mobula-none", 1, 2), ended::countDown);
    assertThat(within30Seconds(ended)).isTrue();
  }

  @Test
  void aClosedWatchTakesNoMore() {
    watch.close();
    watch.close();
    assertThatThrownBy(() -> watch.onDeath(new StoreAddress("/none", 1, 2), () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("/none");
  }
}
