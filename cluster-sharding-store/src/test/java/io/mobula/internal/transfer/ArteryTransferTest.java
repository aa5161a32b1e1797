package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.ObjectId;
import io.mobula.error.TransferFailedException;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.PullSources;
import io.mobula.spi.TransferSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transfers between actor systems joined by Artery over TCP. */
@Timeout(120)
class ArteryTransferTest {
  private static final ObjectId ID = new ObjectId(7, 1, 0);
  private final ArterySystems systems = new ArterySystems();
  private final List<ObjectTransfer> open = new ArrayList<>();
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void closeAll() {
    open.forEach(ObjectTransfer::close);
    systems.close();
    arena.close();
  }

  @Test
  void bringsAnObjectByteForByte() throws Exception {
    var object = new SampleObjects(arena, 40_000_001, 1);
    var source = start(object);
    var reader = start(SampleObjects.NONE);
    var target = arena.allocate(object.size());

    get(reader.pull(pull(target, source.endpoint())));

    assertThat(source.endpoint()).startsWith("akka://mobula@127.0.0.1:").contains("/transfer");
    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
    object.awaitClosed();
  }

  @Test
  void endpointsAreOnTheLargeMessageStream() {
    var transfer = start(SampleObjects.NONE);
    var pattern =
        ArterySystems.CONFIG.getStringList("akka.remote.artery.large-message-destinations");
    String path = transfer.endpoint().replaceFirst("akka://[^/]*", "").replaceFirst("#.*", "");

    assertThat(pattern).containsExactly("/system/*/transfer");
    assertThat(path).matches("/system/[^/]+/transfer");
  }

  @Test
  void manyPullsFromTwoSourcesAtOnceAllEnd() throws Exception {
    var object = new SampleObjects(arena, 6_000_017, 4);
    var a = start(object);
    var b = start(object);
    var reader = start(SampleObjects.NONE);
    var targets =
        IntStream.range(0, 40).mapToObj(i -> arena.allocate(object.size())).toList();
    var pulls = targets.stream()
        .map(target -> reader.pull(pull(target, a.endpoint(), b.endpoint())))
        .toList();
    for (var pull : pulls) {
      get(pull);
    }

    assertThat(targets).allMatch(target -> target.mismatch(object.bytes()) == -1);
    object.awaitClosed();
  }

  @Test
  void goesOnWithTheOtherSourceWhenOneIsLost() throws Exception {
    var object = new SampleObjects(arena, 3_000_000, 5);
    var live = start(object);
    var reader = start(SampleObjects.NONE);
    var target = arena.allocate(object.size());
    String dead = "akka://mobula@127.0.0.1:9/system/gone/transfer";
    var handle = reader.pull(pull(target, dead, live.endpoint()));
    reader.markLost(dead, "left the cluster");
    get(handle);

    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
  }

  @Test
  void refusesTheOtherCarriersEndpoints() {
    var reader = start(SampleObjects.NONE);

    assertThatThrownBy(() -> get(reader.pull(pull(arena.allocate(10), "aeron:127.0.0.1:4444"))))
        .cause()
        .isInstanceOf(TransferFailedException.class)
        .hasMessageContaining("aeron:127.0.0.1:4444: no connection to it");
  }

  @Test
  void pullsEndWhenItIsClosedAndAfter() {
    var reader = start(SampleObjects.NONE);
    var target = arena.allocate(10);
    String nobody = "akka://mobula@127.0.0.1:9/system/gone/transfer";
    var running = reader.pull(pull(target, nobody));
    reader.close();
    var late = reader.pull(pull(target, nobody));

    assertThatThrownBy(() -> get(running)).cause().isInstanceOf(TransferFailedException.class);
    assertThatThrownBy(() -> get(late)).cause().isInstanceOf(TransferFailedException.class);
  }

  @Test
  void aFrameKeepsItsBytes() {
    var serialization = SerializationExtension.get(systems.next().system());
    var frame = new TransferFrame(new byte[] {1, 2, 3, -4});
    var bytes = serialization.serialize(frame).get();
    int id = serialization.findSerializerFor(frame).identifier();
    String manifest = Serializers.manifestFor(serialization.findSerializerFor(frame), frame);
    var read = (TransferFrame) serialization.deserialize(bytes, id, manifest).get();

    assertThat(serialization.findSerializerFor(frame)).isInstanceOf(TransferFrameSerializer.class);
    assertThat(read.bytes()).isEqualTo(frame.bytes());
  }

  private ObjectTransfer start(ObjectSource source) {
    var transfer = new TransferFactory()
        .start(
            new TransferSettings(source, systems.next(), TransferSettings.TransferLimits.DEFAULT));
    open.add(transfer);
    return transfer;
  }

  private static ObjectPullRequest pull(MemorySegment target, String... sources) {
    return new ObjectPullRequest(
        ID, 0, target.byteSize(), PullSources.only(sources), target, arrived -> {});
  }

  private static void get(ObjectTransfer.PullHandle handle) throws Exception {
    handle.completion().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
