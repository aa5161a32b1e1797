package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.ObjectLostException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.SpillConfig;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.SpillTarget;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pin requests that reach a process whose spilled copy was damaged on its disk. */
@Timeout(60)
class ObjectPinRequestsTest {
  private static final int CAPACITY = 1 << 20;
  private static final int BYTES = 100_000;
  private static final NodeId READER = new NodeId(2);

  @TempDir
  Path directory;

  private final List<ObjectId> retracted = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SimulatedTransport transport =
      new SimulatedTransport(SimulatedTransport.peer(1, Peer.Role.NODE));
  private ObjectStore store;
  private ClusterObjects clusterObjects;

  /** Spill target whose files are all damaged. */
  private static final class DamagedDisk implements SpillTarget {
    @Override
    public SpilledObject write(MemorySegment content) {
      var bytes = content.toArray(ValueLayout.JAVA_BYTE);
      return new SpilledObject() {
        @Override
        public long byteSize() {
          return bytes.length;
        }

        @Override
        public void readInto(MemorySegment target) {
          throw new ObjectLostException("/the/file is damaged");
        }

        @Override
        public void delete() {}
      };
    }

    @Override
    public int writers() {
      return 1;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() {
    var memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY, false));
    var settings = new SpillTarget.SpillSettings(List.of(), 0, 0);
    var spilling = new SpillConfig(settings, 0.9, ignored -> new DamagedDisk());
    store = new ObjectStore(
        new NodeId(1),
        Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class)),
        memory,
        new ObjectStore.Limits(1024, Duration.ofSeconds(5), spilling),
        threads,
        (name, most) -> threads);
    clusterObjects = new ClusterObjects(
        store, memory, transport.peerTransport(), 1024, (delay, action) -> () -> {});
    clusterObjects.useDirectory((ObjectDirectory) Proxy.newProxyInstance(
        ObjectDirectory.class.getClassLoader(),
        new Class<?>[] {ObjectDirectory.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("retract")) {
            retracted.add((ObjectId) arguments[0]);
          }
          return null;
        }));
    transport.join(SimulatedTransport.peer(READER.incarnation(), Peer.Role.NODE));
  }

  @AfterEach
  void close() {
    clusterObjects.close();
    store.close();
    threads.shutdownNow();
  }

  private ObjectRef<byte[]> putSpilled() {
    ObjectRef<byte[]> ref = store.put(new byte[BYTES]);
    var entry = EntryRef.entryOf(ref, store);
    clusterObjects.share(entry);
    for (int i = 0; i < 2 * CAPACITY / BYTES; i++) {
      store.put(new byte[BYTES]);
    }
    assertThat(((ObjectContent.Sealed) entry.outcome()).address()).isNull();
    return ref;
  }

  /** Receives a request of the reader; returns what the reply says. */
  private String replyTo(ObjectId id) {
    var request = FrameWriter.of(FrameKind.PIN_REQUEST).int64(7);
    ObjectLocation.write(request, id);
    transport.receive(READER, request.int32(1).toBytes());
    var replies = new ArrayList<String>();
    transport.takeSent((to, frame) -> {
      if (frame[0] == FrameKind.PIN_REPLY.number()) {
        var reply = new FrameReader(frame);
        reply.octet();
        assertThat(reply.int64()).isEqualTo(7);
        assertThat(reply.octet()).isZero(); // absent
        replies.add(reply.text());
      }
    });
    assertThat(replies).hasSize(1);
    return replies.getFirst();
  }

  @Test
  void aCopyThatAReaderOfThisProcessHasFoundDamagedIsRetracted() {
    var ref = putSpilled();
    assertThatThrownBy(ref::get).isInstanceOf(ObjectLostException.class);
    assertThat(retracted).isEmpty();

    assertThat(replyTo(ref.id())).contains("it does not have attempt 1 of object " + ref.id());
    assertThat(retracted).containsExactly(ref.id());
    ref.close();
  }

  @Test
  void nothingIsRetractedOfAnObjectThatWasNeverHere() {
    var id = new ObjectId(READER.incarnation(), 3, 0);
    assertThat(replyTo(id)).contains("it does not have attempt 1 of object " + id);
    assertThat(retracted).isEmpty();
  }
}
