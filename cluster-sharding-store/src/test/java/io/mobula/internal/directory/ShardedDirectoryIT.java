package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.Lineage;
import io.mobula.spi.LocateResult;
import io.mobula.spi.PublishedObject;
import io.mobula.spi.ReconstructionReply;
import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Drivers in this JVM, and hosts of the directory in JVMs of their own, which are killed as
 * {@code kill -9} does.
 */
@Tag("long")
class ShardedDirectoryIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static ForkedJvm host(String... seed) {
    return ForkedJvm.of(DirectoryMemberMain.class)
        .flags("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
        .arguments(seed)
        .start();
  }

  private static long port(ForkedJvm jvm) throws InterruptedException {
    var line = jvm.awaitLine("up at ", LIMIT);
    return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
  }

  private static ObjectId id(DirectoryMember by, int number) {
    return new ObjectId(by.self.incarnation(), number, 0);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void theOnlyHostDiesAndItsSuccessorKnowsWhatTheLivingKnow() throws Exception {
    try (var first = host()) {
      long seed = port(first);
      try (var a = DirectoryMember.start(false);
          var b = DirectoryMember.start(false)) {
        a.join(seed);
        b.join(seed);
        var sealed = id(a, 1);
        var small = id(a, 2);
        a.directory.hold(sealed);
        a.directory.hold(small);
        a.directory.publish(sealed, new PublishedObject.Sealed(1, 4096, true, List.of(small)));
        a.directory.publish(small, new PublishedObject.Value(1, new byte[] {7}, List.of()));
        b.directory.hold(sealed);
        assertThat(await(b.directory.locate(sealed, 0)))
            .isEqualTo(new LocateResult.SealedCopies(1, 4096, List.of(a.self)));
        a.directory.relayStatements(List.of(b.directory.statementOf(sealed)));
        a.directory.release(sealed);
        a.directory.release(small);
        try (var second = host(Long.toString(seed))) {
          port(second);
          first.kill();
          a.down(new NodeId(seed));
          assertThat(await(b.directory.locate(sealed, 0)))
              .isEqualTo(new LocateResult.SealedCopies(1, 4096, List.of(a.self)));
          assertThat(await(b.directory.locate(small, 0))).isInstanceOf(LocateResult.Value.class);
          assertThat(a.freed).isEmpty();
          b.directory.release(sealed);
          PollingAssert.until(
              "both are freed", () -> a.freed.contains(sealed) && a.freed.contains(small));
        }
      }
    }
  }

  @Test
  void partsMoveToWhoJoinsAndNothingIsForgotten() throws Exception {
    try (var first = host()) {
      long seed = port(first);
      try (var a = DirectoryMember.start(false)) {
        a.join(seed);
        for (int i = 1; i <= 200; i++) {
          a.directory.hold(id(a, i));
          a.directory.publish(id(a, i), new PublishedObject.Value(1, new byte[] {1}, List.of()));
        }
        assertThat(await(a.directory.locate(id(a, 200), 0))).isInstanceOf(LocateResult.Value.class);
        try (var second = host(Long.toString(seed))) {
          port(second);
          first.kill(); // all shards move
          a.down(new NodeId(seed));
          for (int i = 1; i <= 200; i++) {
            assertThat(await(a.directory.locate(id(a, i), 0)))
                .isInstanceOf(LocateResult.Value.class);
          }
          for (int i = 1; i <= 200; i++) {
            a.directory.release(id(a, i));
          }
          PollingAssert.untilEqual(200, () -> a.freed.size());
        }
      }
    }
  }

  @Test
  void theOwnerDiesAndAHolderMakesItAgain() throws Exception {
    try (var host = host();
        var reader = DirectoryMember.start(false)) {
      long seed = port(host);
      reader.join(seed);
      var owner = DirectoryMember.start(false);
      owner.join(seed);
      var object = id(owner, 1);
      owner.directory.hold(object);
      owner.directory.recordLineage(object, new Lineage(new byte[] {4, 2}, List.of()));
      owner.directory.publish(object, new PublishedObject.Sealed(1, 10, true, List.of()));
      reader.directory.hold(object);
      assertThat(await(reader.directory.locate(object, 0)))
          .isInstanceOf(LocateResult.SealedCopies.class);
      owner.close();
      reader.down(owner.self);
      PollingAssert.until("the owner has left", () -> !reader.members().contains(owner.self));
      PollingAssert.until("the object is lost", () -> isLost(reader, object));
      var ruling = await(reader.directory.requestReconstruction(object, 1));
      assertThat(ruling).isInstanceOfSatisfying(ReconstructionReply.Granted.class, granted -> {
        assertThat(granted.attempt()).isEqualTo(2);
        assertThat(granted.reconstructionSpec()).containsExactly(4, 2);
      });
      reader.directory.publish(object, new PublishedObject.Sealed(2, 10, true, List.of()));
      assertThat(await(reader.directory.locate(object, 0)))
          .isEqualTo(new LocateResult.SealedCopies(2, 10, List.of(reader.self)));
    }
  }

  private static boolean isLost(DirectoryMember reader, ObjectId object) {
    try {
      return await(reader.directory.locate(object, 0)) instanceof LocateResult.Lost lost
          && lost.reconstructible();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
