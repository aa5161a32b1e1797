package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.AttachResult;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.SpillTarget;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Store that reads values which are on a disk, in another process, or on their way. */
@Timeout(60)
class FetchWaitTest {
  private static final int CAPACITY = 1 << 20;
  private static final int BYTES = 100_000;
  private static final Duration SOON = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final NodeId OTHER = new NodeId(0xbeef);

  @TempDir
  Path directory;

  private final HeapSpillTarget target = new HeapSpillTarget();
  private final List<SharedStore> memories = new ArrayList<>();
  private ObjectStore store;

  @BeforeEach
  void open() {
    store = openStore();
  }

  private ObjectStore openStore() {
    var memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY, false));
    memories.add(memory);
    var spillSettings = new SpillTarget.SpillSettings(List.of(), 0, 0);
    return new ObjectStore(
        new NodeId(memories.size()),
        Codec.create(CodecOptions.defaults()),
        memory,
        new ObjectStore.Limits(1024, LIMIT, new SpillConfig(spillSettings, 0.9, any -> target)),
        Runnable::run);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static byte[] bytes(int fill) {
    var bytes = new byte[BYTES];
    Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  /** Fills the store and frees it again, so that earlier values are on the disk. */
  private static void fill(ObjectStore store) {
    var others = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < 40; i++) {
      others.add(store.put(bytes(i)));
    }
    others.forEach(ObjectRef::close);
  }

  /** Value of another process, which arrives when the test says. */
  private static final class DelayedRemote implements ObjectContent.RemoteAccess {
    final AtomicInteger brought = new AtomicInteger();
    volatile long roomWanted;
    volatile boolean hasLeft;
    private final Supplier<CompletionStage<ObjectContent>> way;

    DelayedRemote(Supplier<CompletionStage<ObjectContent>> way) {
      this.way = way;
    }

    @Override
    public long bytes() {
      return BYTES;
    }

    @Override
    public NodeId holder() {
      return OTHER;
    }

    @Override
    public boolean hasHolderLeft() {
      return hasLeft;
    }

    @Override
    public CompletionStage<ObjectContent> fetch() {
      brought.incrementAndGet();
      return way.get();
    }

    @Override
    public CompletionStage<ObjectContent> fetchFromKnownHolder(@Nullable WritableBlock room) {
      if (room != null) {
        room.abandon();
      }
      return CompletableFuture.failedStage(
          new ArgumentUnavailableException(new ObjectId(1, 7, 0), "it left"));
    }

    @Override
    public long roomWanted() {
      return roomWanted;
    }

    @Override
    public void forget(ObjectContent stale) {}

    @Override
    public void bindTo(ObjectEntry entry) {}

    @Override
    public void discard() {}
  }

  private ObjectRef<byte[]> coming(ObjectContent.RemoteAccess remote) {
    var entry = store.createPending(7, 0, null);
    ObjectRef<byte[]> ref = store.ref(entry);
    entry.complete(new ObjectContent.RemoteValue(remote));
    return ref;
  }

  /** Runs with memory of this node for the arguments, and with reading in place. */
  @ParameterizedTest
  @ValueSource(longs = {0, BYTES})
  void argumentsAreLookedForByACallThatHasBegunAndByNoOther(long room) throws Exception {
    var value = store.converter().snapshot(bytes(3), 0);
    var remote = new DelayedRemote(() -> CompletableFuture.completedStage(value));
    remote.roomWanted = room;
    var argument = store.createPending(7, 0, null);
    ObjectRef<byte[]> ref = store.ref(argument);
    argument.complete(new ObjectContent.RemoteValue(remote));
    long before = memories.getFirst().usedBytes();

    var unbegun = new Execution(null, "task", CpuHold.NOTHING, () -> null);
    unbegun.makeAbortable();
    assertThatThrownBy(() -> unbegun.run(() -> read(argument)))
        .isInstanceOf(ArgumentUnavailableException.class)
        .hasMessageContaining("it left");
    assertThat(remote.brought).hasValue(0);
    assertThat(memories.getFirst().usedBytes()).isEqualTo(before);

    var begun = new Execution(null, "task", CpuHold.NOTHING, () -> null);
    begun.makeAbortable();
    begun.run(() -> {
      Execution.markBodyBegun();
      assertThat(ref.get()).containsOnly(3);
      return true;
    });
    var searching = new Execution(null, "task", CpuHold.NOTHING, () -> null);
    assertThat(searching.run(() -> read(argument))).containsOnly(3);
    ref.close();
  }

  private byte[] read(ObjectEntry argument) {
    try (var gathered = store.fetchArguments("no content", new Object[] {argument})) {
      var value = (byte[]) store.valueOf(argument);
      gathered.unpinRead();
      return value;
    }
  }

  @Test
  void aDeadlineEndsTheWaitForBytesThatAreStillComing() throws Exception {
    var onTheWay = new CompletableFuture<ObjectContent>();
    var ref = coming(new DelayedRemote(() -> onTheWay));
    assertThat(ref.isReady()).isTrue();
    for (var deadline : List.of(Duration.ZERO, SOON)) {
      assertThatThrownBy(() -> ref.get(deadline))
          .isInstanceOf(GetTimeoutException.class)
          .hasMessageContaining(ref.id().toString())
          .hasMessageContaining(OTHER.toString())
          .hasMessageContaining(BYTES + " bytes")
          .hasMessageContaining(deadline.toString())
          .hasMessageContaining("still on their way");
    }
    var here = store.put(bytes(1));
    assertThatThrownBy(() -> store.get(List.of(here, ref), Deadline.after(SOON)))
        .isInstanceOf(GetTimeoutException.class)
        .hasMessageContaining(ref.id().toString());
    onTheWay.complete(store.converter().snapshot(bytes(3), 0));
    assertThat(ref.get(Duration.ZERO)).containsOnly(3);
    assertThat(store.<byte[]>get(List.of(here, ref), Deadline.after(Duration.ZERO)))
        .hasSize(2);
  }

  /**
   * The wait may end because others have the value or reconstruct it; it is not known yet which.
   */
  @Test
  void aValueOfAProcessThatHasLeftWaitsForNobodyInParticular() throws Exception {
    var onTheWay = new CompletableFuture<ObjectContent>();
    var value = new DelayedRemote(() -> onTheWay);
    var ref = coming(value);
    var reader = Thread.startVirtualThread(ref::get);
    PollingAssert.until("the reader waits", () -> BlockedThread.of(reader) != null);
    var wait = BlockedThread.of(reader);
    assertThat(wait).isNotNull();
    assertThat(wait.waitStep().next()).isInstanceOf(WaitStep.Next.RemoteWork.class);
    value.hasLeft = true;
    assertThat(wait.waitStep().next())
        .isEqualTo(new WaitStep.Next.ChainEnd(WaitReport.WaitCause.UNKNOWN));
    onTheWay.complete(store.converter().snapshot(bytes(3), 0));
    reader.join();
    ref.close();
  }

  @Test
  void aDeadlineEndsTheWaitForADiskAndTheReadingGoesOn() throws Exception {
    var ref = store.put(bytes(5));
    fill(store);
    assertThat(store.usage().spilledObjects()).isEqualTo(1);
    var reading = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    target.beforeRead = () -> {
      reading.countDown();
      awaitUninterruptibly(goOn);
    };
    for (int polls = 0; polls < 1_000; polls++) {
      assertThatThrownBy(() -> ref.get(Duration.ZERO))
          .isInstanceOf(GetTimeoutException.class)
          .hasMessageContaining(ref.id().toString());
    }
    assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(GetTimeoutException.class);
    assertThatThrownBy(() -> store.get(List.of(ref), Deadline.after(SOON)))
        .isInstanceOf(GetTimeoutException.class);
    goOn.countDown();
    PollingAssert.until("it is back", () -> store.usage().spilledObjects() == 0);
    assertThat(ref.get(Duration.ZERO)).containsOnly(5);
    assertThat(target.reads).hasValue(1);
    ref.close();
    PollingAssert.until("all is free", () -> memories.getFirst().usedBytes() == 0);
  }

  @Test
  void whoHasADeadlineReadsWhatComesInTime() {
    var refs = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < 40; i++) {
      refs.add(store.put(bytes(i)));
    }
    for (int i = 0; i < 40; i++) {
      assertThat(refs.get(i).get(LIMIT)).containsOnly(i);
    }
    refs.forEach(ObjectRef::close);
    assertThat(memories.getFirst().usedBytes()).isZero();
    assertThat(target.parts).isEmpty();
  }

  @Test
  void harmIsAnErrorForWhoHasADeadlineToo() {
    var ref = store.put(bytes(5));
    fill(store);
    target.parts.iterator().next().damage();
    assertThatThrownBy(() -> ref.get(LIMIT)).isInstanceOf(ObjectLostException.class);
  }

  @Test
  void anInterruptEndsTheWaitAndNothingElse() {
    var ref = coming(new DelayedRemote(CompletableFuture::new));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> ref.get(LIMIT)).isInstanceOf(WaitInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void prefetchStartsBringing() throws Exception {
    var remote = new DelayedRemote(CompletableFuture::new);
    var ref = coming(remote);
    assertThat(remote.brought).hasValue(0);
    ref.prefetch();
    assertThat(remote.brought).hasValue(1);
    var spilled = store.put(bytes(5));
    fill(store);
    spilled.prefetch();
    PollingAssert.until("it is back", () -> store.usage().spilledObjects() == 0);
  }

  /**
   * Reads an object of another store at its current address, as a process of the same host does.
   */
  @Test
  void whatANeighbourHasMovedIsBroughtAnew() {
    try (var peerValue = new PeerValue()) {
      var remote = new DelayedRemote(peerValue::openWhereItIs);
      var ref = coming(remote);
      assertThat(ref.get()).containsOnly(8);
      assertThat(ref.get(LIMIT)).containsOnly(8);
      int before = remote.brought.get();
      peerValue.stale = peerValue.openWhereItIs().toCompletableFuture().join();
      fill(peerValue.store);
      assertThat(peerValue.content().address()).isNull();
      assertThat(ref.get()).containsOnly(8);
      assertThat(ref.get(LIMIT)).containsOnly(8);
      assertThat(remote.brought.get() - before).isEqualTo(3);
      assertThat(peerValue.begun).hasPositiveValue();
    }
  }

  @Test
  void whatIsMovedWheneverItIsFoundIsATypedError() {
    try (var peerValue = new PeerValue()) {
      var stale = peerValue.openWhereItIs().toCompletableFuture().join();
      fill(peerValue.store);
      var remote = new DelayedRemote(() -> CompletableFuture.completedStage(stale));
      var ref = coming(remote);
      assertThatThrownBy(ref::get)
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining(OTHER.toString());
      assertThat(remote.brought).hasValue(16);
    }
  }

  /** Another store in this process, and one object in it. */
  private final class PeerValue implements AutoCloseable {
    final ObjectStore store = openStore();
    final AtomicInteger begun = new AtomicInteger();
    private final ObjectRef<byte[]> ref = store.put(bytes(8));
    private final PeerStore peer = attach();
    volatile ObjectContent stale;

    private PeerStore attach() {
      var theirs = memories.getLast();
      var reader = new PeerStore.StoreReader(memories.getFirst(), 77, theirs::nudge);
      return ((AttachResult.Attached) PeerStore.attach(theirs.address(), theirs.offerRow(), reader))
          .store();
    }

    ObjectContent.Sealed content() {
      return (ObjectContent.Sealed) ((EntryRef<?>) ref).entry().content();
    }

    /** Opens the object at its old address once, if it has moved; then at its current one. */
    CompletionStage<ObjectContent> openWhereItIs() {
      var old = stale;
      if (old != null) {
        stale = null;
        return CompletableFuture.completedStage(old);
      }
      return content().acquirePinAsync().thenApply(held -> {
        try (held) {
          return new ObjectContent.Sealed(
              peer.open(held.address()),
              begun::incrementAndGet,
              List.of(),
              content().views());
        }
      });
    }

    @Override
    public void close() {
      peer.close();
      store.close();
    }
  }

  @Test
  void aFailureToBringIsTheReaders() {
    var why = new StoreFullException("no room there");
    var ref = coming(new DelayedRemote(() -> CompletableFuture.failedStage(why)));
    assertThatThrownBy(ref::get).isInstanceOf(MobulaException.class).isSameAs(why);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
