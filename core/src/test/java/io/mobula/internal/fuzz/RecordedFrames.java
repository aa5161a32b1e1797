package io.mobula.internal.fuzz;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.NodeMessaging;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Frames recorded while a node works, which are then altered and passed to its handlers again. */
final class RecordedFrames {
  private static final int MAX_PER_KIND = 40;
  private static final int LARGEST = 20_000;
  private static final long MIN_MILLIS = 50;
  private static final int SIDES = 2;
  private static final String ENDLESS = "endless"; // a task that would keep its slot

  /** Kinds that end work which other frames continue; they come last. */
  private static final Set<Integer> ENDS =
      Set.of(24, 37, 36, 50, 52, 53, 58, 59, 61, 62, 67, 68, 57, 20, 26);

  /**
   * Kinds that agree on numbers or memory for all later frames; they are sent in the name of a node
   * that does not exist.
   */
  private static final Set<Integer> AGREEMENTS = Set.of(4, 5, 40, 41, 42, 43, 96, 97, 98, 99, 100);

  /**
   * Kinds that contain a call or a report, which only a node can write; they are recorded from
   * work.
   */
  static final Set<Integer> BY_WORK = Set.of(16, 17, 18, 32, 41, 48, 54, 55, 63, 65, 71);

  /**
   * Kind of a state that is handed to a new host; it looks like a state that a host has kept for
   * another.
   */
  static final int HANDED = 73;

  private static final int KEPT = 71;

  private static final NodeId STRANGER = new NodeId(-7);

  private final NodeId from;
  private final NodeId node;
  private final NodeMessaging.FrameHandler[] handlers;
  private final Map<Integer, List<byte[]>> frames = new ConcurrentSkipListMap<>();

  /** Records the frames that come to this node from another. */
  RecordedFrames(MobulaRuntime node, NodeId from) throws Exception {
    this.from = from;
    this.node = node.nodeId();
    handlers = handlersOf(node);
    for (int kind = 0; kind < handlers.length; kind++) {
      var handler = handlers[kind];
      if (handler != null) {
        handlers[kind] = recording(kind, handler);
      }
    }
  }

  private static NodeMessaging.FrameHandler[] handlersOf(MobulaRuntime node) throws Exception {
    var cluster = of(of(of(node, "node"), "services"), "cluster");
    return (NodeMessaging.FrameHandler[]) of(of(of(cluster, "transport"), "router"), "handlers");
  }

  /** Returns the kinds of all frames that a node handles. */
  static Set<Integer> kindsOf(MobulaRuntime node) throws Exception {
    var handlers = handlersOf(node);
    var kinds = new TreeSet<Integer>();
    for (int kind = 0; kind < handlers.length; kind++) {
      if (handlers[kind] != null) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  private static Object of(Object owner, String name) throws Exception {
    return field(owner.getClass(), name).get(owner);
  }

  private static Field field(Class<?> type, String name) throws NoSuchFieldException {
    var field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private NodeMessaging.FrameHandler recording(int kind, NodeMessaging.FrameHandler handler)
      throws Exception {
    var bytes = field(FrameReader.class, "bytes");
    return (sender, frame) -> {
      var seen = frames.computeIfAbsent(kind, first -> new CopyOnWriteArrayList<>());
      try {
        var whole = (byte[]) bytes.get(frame);
        boolean ends = !new String(whole, StandardCharsets.ISO_8859_1).contains(ENDLESS);
        if (ends && seen.size() < MAX_PER_KIND && whole.length < LARGEST && sender.equals(from)) {
          seen.add(whole.clone());
        }
      } catch (IllegalAccessException cannotBe) {
        throw new IllegalStateException(cannotBe);
      }
      handler.handle(sender, frame);
    };
  }

  /** Returns the kinds that were recorded. */
  Set<Integer> kinds() {
    return frames.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Alters the frames, one kind after the other, and then all kinds together for as long as the
   * build specifies.
   */
  List<AssertionError> search() {
    var found = new ArrayList<AssertionError>();
    var seeds = new TreeMap<>(HandwrittenFrames.between(from, node));
    frames.forEach((kind, seen) -> {
      if (!seen.isEmpty()) {
        seeds.merge(kind, List.copyOf(seen), RecordedFrames::joined);
      }
    });
    if (seeds.containsKey(KEPT)) {
      seeds.put(HANDED, seeds.get(KEPT));
    }
    var order = new LinkedHashSet<>(seeds.keySet());
    order.removeAll(ENDS);
    order.addAll(seeds.keySet());
    long each = Math.max(MIN_MILLIS, DecoderFuzzer.millis(0) / (SIDES * order.size()));
    for (int kind : order) {
      try {
        search(kind, each, seeds.get(kind));
      } catch (AssertionError wrong) {
        found.add(wrong);
      }
    }
    return found;
  }

  private static List<byte[]> joined(List<byte[]> some, List<byte[]> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private void search(int kind, long millis, List<byte[]> seeds) {
    var handler = handlers[kind];
    DecoderFuzzer.searchFor(
        "frames of kind " + kind, millis, seeds, FrameFuzzTest::isTyped, bytes -> {
          if (bytes.length > 0) {
            bytes[0] = (byte) kind;
          }
          var reader = new FrameReader(bytes);
          int _ = reader.octet();
          handler.handle(AGREEMENTS.contains(kind) ? STRANGER : from, reader);
        });
  }
}
