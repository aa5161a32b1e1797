package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.mobula.ObjectId;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.PullSources;
import io.mobula.spi.TransferSettings;
import io.mobula.testkit.fault.TestFileSystem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transfers over Aeron that fall back to Akka. */
@Timeout(120)
class StandbyTransferTest {
  private static final ObjectId ID = new ObjectId(7, 1, 0);
  private static final long BYTES = 3_000_001;

  private static final int MAX_PATH = 4095;
  private static final String NAME = "a-long-name".repeat(20);

  /** Size of a file system with room for Aeron's own files and for no log. */
  private static final long SMALL = 16L << 20;

  @TempDir
  Path directory;

  private final ArterySystems systems = new ArterySystems();
  private final List<ObjectTransfer> open = new ArrayList<>();
  private final Arena arena = Arena.ofShared();
  private final SampleObjects object = new SampleObjects(arena, BYTES, 1);

  @AfterEach
  void closeAll() {
    open.forEach(ObjectTransfer::close);
    systems.close();
    arena.close();
  }

  @Test
  void bringsAnObjectOverAeronAndNamesBothWays() throws Exception {
    var source = start("source", object);
    var reader = start("reader", SampleObjects.NONE);

    assertThat(source.endpoint())
        .matches("aeron:127\\.0\\.0\\.1:[0-9]+ akka://mobula@.*/transfer#.*");
    assertBrought(reader, source.endpoint());
  }

  @Test
  void bringsAnObjectOverAkkaWhereThereIsNoWayOverAeron() throws Exception {
    var source = start("source", object);
    var reader = start("reader", SampleObjects.NONE);

    assertBrought(
        reader, "aeron:nowhere " + EndpointPair.parse(source.endpoint()).standby());
  }

  @Test
  void comesAndGoesOverAkkaWhereAeronDoesNotStart() throws Exception {
    var source = start("not/there", object);
    var reader = start("reader", SampleObjects.NONE);

    assertThat(source.endpoint()).startsWith("akka:");
    assertBrought(reader, source.endpoint());
    var other = start("not/there/either", SampleObjects.NONE);
    assertBrought(other, start("third", object).endpoint());
  }

  /** The directory can be made, and no file in it: Aeron throws an undeclared IOException. */
  @Test
  void comesAndGoesOverAkkaWhereAeronsFilesCannotBeMade() throws Exception {
    var longest = directory;
    while (length(longest) < MAX_PATH - NAME.length()) {
      longest = Files.createDirectory(longest.resolve(NAME));
    }
    int left = MAX_PATH - length(longest) - 3;
    var source = start(longest.resolve("x".repeat(left)).toString(), object);

    assertThat(source.endpoint()).startsWith("akka:");
    assertBrought(start("reader", SampleObjects.NONE), source.endpoint());
  }

  private static int length(Path path) {
    return path.toString().length();
  }

  @Test
  @Tag("long")
  void bringsAnObjectWhileTheReadersDiskIsFullAndAfter() throws Exception {
    try (var disk = disk("reader-disk")) {
      var source = start("source", object);
      var reader = start("reader-disk/transfer", SampleObjects.NONE);
      assertBroughtWhileFull(disk, reader, source);
    }
  }

  @Test
  @Tag("long")
  void bringsAnObjectWhileTheSourcesDiskIsFullAndAfter() throws Exception {
    try (var disk = disk("source-disk")) {
      var source = start("source-disk/transfer", object);
      var reader = start("reader", SampleObjects.NONE);
      assertBroughtWhileFull(disk, reader, source);
    }
  }

  private void assertBroughtWhileFull(
      TestFileSystem disk, ObjectTransfer reader, ObjectTransfer source) throws Exception {
    disk.fill();
    for (int i = 0; i < 3; i++) {
      assertBrought(reader, source.endpoint());
    }
    disk.free();
    assertBrought(reader, source.endpoint());
    object.awaitClosed();
  }

  /** Makes a file system with room for the files of a media driver and one log. */
  private TestFileSystem disk(String name) throws IOException {
    var why = TestFileSystem.whyNot();
    if (why.isPresent()) {
      System.out.println("No test with a full disk, none can be mounted: " + why.get());
      return abort("no file system can be mounted: " + why.get());
    }
    return TestFileSystem.mount(Files.createDirectory(directory.resolve(name)), SMALL);
  }

  private void assertBrought(ObjectTransfer reader, String from) throws Exception {
    MemorySegment target = arena.allocate(BYTES);
    reader
        .pull(new ObjectPullRequest(ID, 0, BYTES, PullSources.only(from), target, arrived -> {}))
        .completion()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    assertThat(target.mismatch(object.bytes())).isEqualTo(-1);
  }

  private ObjectTransfer start(String name, ObjectSource source) {
    var aeron = TransferSettings.AeronTransport.at("127.0.0.1", directory.resolve(name));
    var transfer = new TransferFactory()
        .start(new TransferSettings(
            source,
            new TransferSettings.AeronWithFallback(aeron, systems.next()),
            TransferSettings.TransferLimits.DEFAULT));
    open.add(transfer);
    return transfer;
  }
}
