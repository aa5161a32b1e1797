package io.mobula.internal.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Main class of the other process: has a store of its own under the given directory and executes
 * commands, one per line. It prints slots that need a nudge as lines that are no answers.
 */
final class PeerProcess {
  private static final int MAX_VIEWS = 24;
  private static final int SLOTS_LOOKED_AT = 64;

  private final SharedStore store;
  private final Map<String, MemorySegment> views = new HashMap<>();
  private final LifeLockWatcher lives = new LifeLockWatcher();
  private @Nullable PeerStore peer;

  private PeerProcess(Path base) {
    store = SharedStore.open(new StoreOptions(base, 1 << 20, 1 << 16, true));
  }

  public static void main(String[] args) throws IOException {
    PeerProcess process = new PeerProcess(Path.of(args[0]));
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        String answer;
        try {
          answer = process.obey(line.split(" "));
        } catch (RuntimeException | AssertionError e) {
          answer = e.toString();
        }
        System.out.println(">" + answer);
      }
    }
  }

  private String obey(String[] words) {
    return switch (words[0]) {
      case "address" -> written(store.address());
      case "row" -> Integer.toString(store.offerRow());
      case "put" -> written(filled(store, Integer.parseInt(words[1]), 42).address());
      case "close" -> {
        store.close();
        yield "closed";
      }
      case "attach" -> attach(words);
      case "view" -> {
        views.put(words[1], peer().open(objectAddress(words, 1)).view());
        yield "viewed";
      }
      case "check" -> Long.toString(checked(views.get(words[1])));
      case "drop" -> {
        views.clear();
        System.gc();
        yield "dropped";
      }
      case "stress" -> stress(Long.parseLong(words[1]), Long.parseLong(words[2]));
      case "watch" -> {
        lives.onDeath(storeAddress(words), () -> System.out.println("ended"));
        yield "watching";
      }
      case "detach" -> {
        peer().close();
        yield "detached";
      }
      default -> "what?";
    };
  }

  private PeerStore peer() {
    if (peer == null) {
      throw new IllegalStateException("not attached");
    }
    return peer;
  }

  private String attach(String[] words) {
    var reader =
        new PeerStore.StoreReader(store, ProcessHandle.current().pid(), System.out::println);
    AttachResult attached =
        PeerStore.attach(storeAddress(words), Integer.parseInt(words[4]), reader);
    return switch (attached) {
      case AttachResult.Attached here -> {
        peer = here.store();
        yield "here";
      }
      case AttachResult.NotAttachable notAttachable -> notAttachable.reason();
    };
  }

  /** Reads any sealed object, keeps some of them for a while, and checks them again. */
  private String stress(long millis, long seed) {
    Random random = new Random(seed);
    List<MemorySegment> kept = new ArrayList<>();
    List<Long> values = new ArrayList<>();
    long reads = 0;
    long refused = 0;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() - end < 0) {
      PeerObject object = openAny(random);
      try {
        if (object == null) {
          refused++;
        } else if (random.nextInt(4) > 0) {
          object.read(PeerProcess::checked);
          reads++;
        } else {
          MemorySegment view = object.view();
          kept.add(view);
          values.add(checked(view));
          reads++;
        }
      } catch (IllegalStateException freed) {
        refused++;
      }
      if (kept.size() > MAX_VIEWS) {
        int which = random.nextInt(kept.size());
        if (checked(kept.remove(which)) != values.remove(which)) {
          throw new AssertionError("Seed " + seed + ": a view's bytes changed");
        }
        if (random.nextInt(200) == 0) {
          System.gc();
        }
      }
    }
    return "read " + reads + " refused " + refused;
  }

  private @Nullable PeerObject openAny(Random random) {
    PeerTable table = peer().table();
    long slot = random.nextInt(SLOTS_LOOKED_AT);
    long word = table.word(slot);
    long bytes = table.size(slot);
    if (SlotWord.state(word) != SlotState.SEALED || table.word(slot) != word) {
      return null;
    }
    try {
      return peer().open(new ObjectAddress(slot, SlotWord.generation(word), bytes));
    } catch (IllegalStateException freed) {
      return null;
    }
  }

  /** Makes an object all of whose words have one value plus their position. */
  static SealedObject filled(SharedStore store, int words, long value) {
    WritableBlock block = store.create(words * 8L);
    MemorySegment memory = block.segment();
    for (int i = 0; i < words; i++) {
      memory.setAtIndex(ValueLayout.JAVA_LONG, i, value ^ i);
    }
    return block.seal();
  }

  /** Returns the value if the content is intact. */
  static long checked(MemorySegment content) {
    long value = content.getAtIndex(ValueLayout.JAVA_LONG, 0);
    long words = content.byteSize() / 8;
    for (long i = 0; i < words; i++) {
      if (content.getAtIndex(ValueLayout.JAVA_LONG, i) != (value ^ i)) {
        throw new AssertionError("Word " + i + " of " + words + " is not as it was written");
      }
    }
    return value;
  }

  static String written(StoreAddress address) {
    return address.directory() + " " + address.idHigh() + " " + address.idLow();
  }

  static String written(ObjectAddress address) {
    return address.slot() + " " + address.generation() + " " + address.bytes();
  }

  /** Parses words 1 to 3 as a store address. */
  static StoreAddress storeAddress(String[] words) {
    return new StoreAddress(words[1], Long.parseLong(words[2]), Long.parseLong(words[3]));
  }

  static ObjectAddress objectAddress(String[] words, int from) {
    return new ObjectAddress(
        Long.parseLong(words[from]),
        Long.parseLong(words[from + 1]),
        Long.parseLong(words[from + 2]));
  }
}
