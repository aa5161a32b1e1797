package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of the operations that the table of missing pages in {@code docs/memory-layout.md} calls
 * safe: at a missing page each of them fails, and the process goes on.
 */
class MissingPagesTest {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  @TempDir
  Path folder;

  @Test
  void operationsOnAMissingPageFailAndTheProcessGoesOn() throws Exception {
    var lines = CutFile.run(Operations.class, folder);
    assertThat(lines).contains("exit code 0");
    for (var name : Operations.all(folder).keySet()) {
      assertThat(lines).contains(name + ": 2 faults");
    }
  }

  /** Runs each operation on a cut file. */
  static final class Operations {
    private Operations() {}

    public static void main(String[] arguments) throws IOException {
      var folder = Path.of(arguments[0]);
      for (var each : all(folder).entrySet()) {
        int faults = CutFile.faults(folder, CutFile.ROUNDS, memory -> {}, each.getValue());
        System.out.println(each.getKey() + ": " + faults + " faults");
      }
    }

    static Map<String, CutFile.MemoryOperation> all(Path folder) {
      var all = new LinkedHashMap<String, CutFile.MemoryOperation>();
      var array = new byte[CutFile.SIZE];
      var other = Arena.ofAuto().allocate(CutFile.SIZE);
      all.put(
          "copy to an array",
          memory -> MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, array, 0, array.length));
      all.put(
          "copy from an array",
          memory -> MemorySegment.copy(array, 0, memory, ValueLayout.JAVA_BYTE, 0, array.length));
      all.put("copy to memory", other::copyFrom);
      all.put("copy from memory", memory -> memory.copyFrom(other));
      all.put("toArray", memory -> memory.toArray(ValueLayout.JAVA_BYTE));
      all.put("fill", memory -> memory.fill((byte) 1));
      all.put("read words", Operations::sum);
      all.put("write words", Operations::count);
      all.put("ByteBuffer.get", memory -> memory.asByteBuffer().get(array));
      all.put("ByteBuffer.put", memory -> memory.asByteBuffer().put(array));
      all.put(
          "UnsafeBuffer.getBytes",
          memory -> new UnsafeBuffer(memory.asByteBuffer()).getBytes(0, array));
      all.put(
          "UnsafeBuffer.setMemory",
          memory -> new UnsafeBuffer(memory.asByteBuffer()).setMemory(0, CutFile.SIZE, (byte) 0));
      all.put("FileChannel.write", memory -> write(folder.resolve("written"), memory));
      all.put("FileChannel.read", memory -> read(folder.resolve("written"), memory));
      return all;
    }

    private static void sum(MemorySegment memory) {
      long sum = 0;
      for (long at = 0; at + Long.BYTES <= memory.byteSize(); at += Long.BYTES) {
        sum += memory.get(WORD, at);
      }
      if (sum == 1) { // never: the sum must not be left out by the compiler
        throw new IllegalStateException();
      }
    }

    private static void count(MemorySegment memory) {
      for (long at = 0; at + Long.BYTES <= memory.byteSize(); at += Long.BYTES) {
        memory.set(WORD, at, at << 1);
      }
    }

    private static void write(Path file, MemorySegment memory) throws IOException {
      try (var channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        var bytes = memory.asByteBuffer();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }

    private static void read(Path file, MemorySegment memory) throws IOException {
      try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
        var bytes = memory.asByteBuffer();
        while (bytes.hasRemaining()) {
          if (channel.read(bytes) < 0) {
            throw new IllegalStateException("The file is shorter than wanted.");
          }
        }
      }
    }
  }
}
