package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectId;
import io.mobula.error.TransferFailedException;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.PullSources;
import io.mobula.spi.TransferSettings;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two and three transfers in one JVM, over loopback. */
@Timeout(120)
class AeronTransferTest {
  private static final ObjectId ID = new ObjectId(7, 1, 0);

  @TempDir
  Path directory;

  private final List<ObjectTransfer> open = new ArrayList<>();
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void closeAll() {
    open.forEach(ObjectTransfer::close);
    arena.close();
    assertThat(directory).isEmptyDirectory();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("mobula-transfer"));
  }

  @Test
  void bringsAnObjectByteForByte() throws Exception {
    var object = new SampleObjects(arena, 40_000_001, 1);
    var source = start("source", object);
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(object.size());
    var progress = new AtomicLong();

    get(reader.pull(new ObjectPullRequest(
        ID, 0, object.size(), PullSources.only(source.endpoint()), target, progress::set)));

    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
    assertThat(progress).hasValue(object.size());
    object.awaitClosed();
  }

  @Test
  void goesOnAfterMemoryThatCannotBeRead() throws Exception {
    var object = new SampleObjects(arena, 1 << 20, 1);
    var faults = new AtomicInteger();
    var source = start("source", (id, attempt) -> {
      if (id.equals(ID)) {
        return object.open(id, attempt);
      }
      faults.incrementAndGet();
      return opened(cut(object.size()));
    });
    var reader = start("reader", SampleObjects.NONE);
    var broken = reader.pull(new ObjectPullRequest(
        new ObjectId(7, 2, 0),
        0,
        object.size(),
        PullSources.only(source.endpoint()),
        arena.allocate(object.size()),
        arrived -> {}));
    PollingAssert.until("a transfer meets the fault", () -> faults.get() > 0);
    var target = arena.allocate(object.size());

    get(reader.pull(pull(target, source.endpoint())));

    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
    broken.cancel();
  }

  @Test
  void failsThePullWhoseTargetCannotBeWrittenAndBringsTheOthers() throws Exception {
    var object = new SampleObjects(arena, 1 << 20, 1);
    var source = start("source", object);
    var reader = start("reader", SampleObjects.NONE);
    var broken = reader.pull(pull(cut(object.size()), source.endpoint()));
    var target = arena.allocate(object.size());
    var whole = reader.pull(pull(target, source.endpoint()));

    // compiled code may raise the error later, elsewhere; then nothing comes, and the pull ends by
    // that
    assertThatThrownBy(() -> get(broken))
        .cause()
        .isInstanceOfAny(InternalError.class, TransferFailedException.class);
    get(whole);
    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
    object.awaitClosed();
  }

  /** Returns memory without a file behind it, as after a file was truncated. */
  private MemorySegment cut(long size) {
    var file = directory.resolve("cut");
    try (var channel = FileChannel.open(
        file,
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE)) {
      var mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
      channel.truncate(0);
      return mapped;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectSource.OpenObject opened(MemorySegment bytes) {
    return new ObjectSource.OpenObject() {
      @Override
      public MemorySegment bytes() {
        return bytes;
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void sharesTheWorkAmongSources() throws Exception {
    var first = new SampleObjects(arena, 64 << 20, 2);
    var second = new SampleObjects(arena, 64 << 20, 2);
    var a = start("a", first);
    var b = start("b", second);
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(first.size());

    get(reader.pull(pull(target, a.endpoint(), b.endpoint())));

    assertThat(target.mismatch(first.bytes())).isEqualTo(-1);
    assertThat(first.opened()).isPositive();
    assertThat(second.opened()).isPositive();
    first.awaitClosed();
    second.awaitClosed();
  }

  @Test
  void goesOnWithWhomItFindsWhenItsOnlySourceHasGone() throws Exception {
    var object = new SampleObjects(arena, 64 << 20, 6);
    var only = start("only", object);
    var other = start("other", object);
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(object.size());
    var begun = new CountDownLatch(1);
    var searches = new AtomicInteger();
    var sources = new PullSources(List.of(only.endpoint()), found -> {
      if (searches.getAndIncrement() > 0) { // the first search is at the start of the pull
        found.accept(only.endpoint());
        found.accept(other.endpoint());
      }
      return CompletableFuture.completedStage(null);
    });
    var handle = reader.pull(
        new ObjectPullRequest(ID, 0, object.size(), sources, target, arrived -> begun.countDown()));
    begun.await();
    reader.markLost(only.endpoint(), "it was killed");
    get(handle);

    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
    assertThat(searches).hasValue(2);
  }

  @Test
  void failsWhenASearchFindsNobodyNew() {
    var empty = start("empty", SampleObjects.NONE);
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(1000);
    var searches = new AtomicInteger();
    var sources = new PullSources(List.of(empty.endpoint()), found -> {
      found.accept(empty.endpoint());
      return searches.getAndIncrement() == 0
          ? CompletableFuture.completedStage(null)
          : CompletableFuture.failedStage(new IllegalStateException("the directory is closed"));
    });

    assertThatThrownBy(() ->
            get(reader.pull(new ObjectPullRequest(ID, 0, 1000, sources, target, arrived -> {}))))
        .cause()
        .isInstanceOfSatisfying(
            TransferFailedException.class,
            failed -> assertThat(failed.reasons()).containsOnlyKeys(empty.endpoint()));
    assertThat(searches).hasValue(2);
  }

  @Test
  void turnsToTheSourceThatHasIt() throws Exception {
    var object = new SampleObjects(arena, 5_000_000, 3);
    var empty = start("empty", SampleObjects.NONE);
    var other = start("other", new SampleObjects(arena, 4_000_000, 3));
    var full = start("full", object);
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(object.size());

    get(reader.pull(
        pull(target, empty.endpoint(), other.endpoint(), "akka://elsewhere", full.endpoint())));

    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
  }

  @Test
  void namesEachSourceAndItsReasonWhenAllFail() {
    var empty = start("empty", SampleObjects.NONE);
    var broken = start("broken", (id, attempt) -> {
      throw new IllegalStateException("the disk is wet");
    });
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(1000);

    assertThatThrownBy(() -> get(reader.pull(pull(target, empty.endpoint(), broken.endpoint()))))
        .cause()
        .isInstanceOfSatisfying(TransferFailedException.class, failed -> {
          assertThat(failed.reasons())
              .containsOnlyKeys(empty.endpoint(), broken.endpoint())
              .containsEntry(empty.endpoint(), "it does not have attempt 0");
          assertThat(failed)
              .hasMessageContaining("the disk is wet")
              .hasMessageContaining(ID.toString())
              .hasMessageContaining(empty.endpoint());
        });
  }

  @Test
  void manyPullsAtOnceAllEnd() throws Exception {
    var object = new SampleObjects(arena, 3_000_017, 4);
    var source = start("source", object);
    var reader = start("reader", SampleObjects.NONE);
    var targets = new ArrayList<MemorySegment>();
    var pulls = new ArrayList<ObjectTransfer.PullHandle>();
    for (int i = 0; i < 60; i++) {
      var target = arena.allocate(object.size());
      targets.add(target);
      pulls.add(reader.pull(pull(target, source.endpoint())));
    }

    for (var pull : pulls) {
      get(pull);
    }

    assertThat(targets).allMatch(target -> target.mismatch(object.bytes()) == -1);
    object.awaitClosed();
  }

  @Test
  void writesNothingAfterItWasCancelled() throws Exception {
    var object = new SampleObjects(arena, 64 << 20, 5);
    var source = start("source", object);
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(object.size());
    var begun = new CountDownLatch(1);
    var handle = reader.pull(new ObjectPullRequest(
        ID,
        0,
        object.size(),
        PullSources.only(source.endpoint()),
        target,
        arrived -> begun.countDown()));
    begun.await();
    handle.cancel();

    assertThatThrownBy(() -> get(handle)).cause().isInstanceOf(CancellationException.class);
    target.fill((byte) 0);
    object.awaitClosed();
    assertThat(target.mismatch(arena.allocate(object.size()))).isEqualTo(-1);
  }

  @Test
  void closingFailsWhatRunsAndWhatComesLater() {
    var reader = start("reader", SampleObjects.NONE);
    var target = arena.allocate(1000);
    var running = reader.pull(pull(target, "aeron:127.0.0.1:9"));
    reader.close();
    var late = reader.pull(pull(target, "aeron:127.0.0.1:9"));

    assertThatThrownBy(() -> get(running))
        .cause()
        .isInstanceOf(TransferFailedException.class)
        .hasMessageMatching(".*(ends|has ended) its transfers.*");
    assertThatThrownBy(() -> get(late))
        .cause()
        .isInstanceOf(TransferFailedException.class)
        .hasMessageContaining("ended its transfers");
  }

  @Test
  void saysWhyItCannotStart() {
    assertThatThrownBy(() -> new TransferFactory()
            .start(settings(SampleObjects.NONE, "192.0.2.1", directory.resolve("x"))))
        .isInstanceOf(io.mobula.error.StoreException.class)
        .hasMessageContaining("192.0.2.1");
    assertThat(Files.exists(directory.resolve("x"))).isFalse();
  }

  private ObjectPullRequest pull(MemorySegment target, String... sources) {
    return new ObjectPullRequest(
        ID, 0, target.byteSize(), PullSources.only(sources), target, arrived -> {});
  }

  private ObjectTransfer start(String name, ObjectSource source) {
    var transfer =
        new TransferFactory().start(settings(source, "127.0.0.1", directory.resolve(name)));
    open.add(transfer);
    return transfer;
  }

  private static TransferSettings settings(ObjectSource source, String host, Path where) {
    return new TransferSettings(
        source,
        TransferSettings.AeronTransport.at(host, where),
        TransferSettings.TransferLimits.DEFAULT);
  }

  private static void get(ObjectTransfer.PullHandle handle)
      throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
    handle.completion().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
