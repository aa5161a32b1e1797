package io.mobula.internal.fuzz;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.Router;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The frames that come to a node: kept while it works, then altered and given to it once more. */
final class RecordedFrames {
  private static final int MOST_OF_A_KIND = 40;
  private static final int LARGEST = 20_000;
  private static final String ENDLESS = "endless"; // a task that would keep its slot

  /** Kinds that end what others go on with, so that they come last. */
  private static final Set<Integer> ENDS =
      Set.of(24, 37, 36, 50, 52, 53, 58, 59, 61, 62, 67, 68, 57, 20, 26);

  /** Kinds that agree on numbers or memory for all that follows: they come from nobody there is. */
  private static final Set<Integer> AGREEMENTS = Set.of(4, 5, 40, 41, 42, 43, 100);

  private static final NodeId STRANGER = new NodeId(-7);

  private final NodeId from;
  private final Router.Handler[] handlers;
  private final Map<Integer, List<byte[]>> frames = new ConcurrentSkipListMap<>();

  /** Of this node, and from that one. */
  RecordedFrames(MobulaRuntime node, NodeId from) throws Exception {
    this.from = from;
    var clustered = of(of(node, "node"), "cluster");
    var router = of(clustered, "router");
    handlers = (Router.Handler[]) of(router, "handlers");
    for (int kind = 0; kind < handlers.length; kind++) {
      var handler = handlers[kind];
      if (handler != null) {
        handlers[kind] = recording(kind, handler);
      }
    }
  }

  private static Object of(Object owner, String name) throws Exception {
    return field(owner.getClass(), name).get(owner);
  }

  private static Field field(Class<?> type, String name) throws NoSuchFieldException {
    var field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private Router.Handler recording(int kind, Router.Handler handler) throws Exception {
    var bytes = field(FrameReader.class, "bytes");
    return (sender, frame) -> {
      var seen = frames.computeIfAbsent(kind, first -> new CopyOnWriteArrayList<>());
      try {
        var whole = (byte[]) bytes.get(frame);
        boolean ends = !new String(whole, StandardCharsets.ISO_8859_1).contains(ENDLESS);
        if (ends && seen.size() < MOST_OF_A_KIND && whole.length < LARGEST && sender.equals(from)) {
          seen.add(whole.clone());
        }
      } catch (IllegalAccessException cannotBe) {
        throw new IllegalStateException(cannotBe);
      }
      handler.handle(sender, frame);
    };
  }

  Set<Integer> kinds() {
    return frames.keySet();
  }

  /** Alters them, one kind after the other. */
  List<AssertionError> search() {
    var found = new ArrayList<AssertionError>();
    var recorded = new TreeMap<Integer, List<byte[]>>();
    frames.forEach((kind, seen) -> recorded.put(kind, new ArrayList<>(seen)));
    var order = new LinkedHashSet<>(recorded.keySet());
    order.removeAll(ENDS);
    order.addAll(recorded.keySet());
    for (int kind : order) {
      var handler = handlers[kind];
      if (!recorded.get(kind).isEmpty()) {
        try {
          Fuzz.search(
              "frames of kind " + kind, 50, recorded.get(kind), FrameFuzzTest::isTyped, bytes -> {
                if (bytes.length > 0) {
                  bytes[0] = (byte) kind;
                }
                var reader = new FrameReader(bytes);
                int _ = reader.octet();
                handler.handle(AGREEMENTS.contains(kind) ? STRANGER : from, reader);
              });
        } catch (AssertionError wrong) {
          found.add(wrong);
        }
      }
    }
    return found;
  }
}
