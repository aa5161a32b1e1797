package io.mobula.internal.fuzz;

import io.mobula.NodeId;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.lane.FrameWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Frames written as {@code docs/protocols.md} describes them, of kinds that do not occur between
 * two nodes of one JVM on demand: workers of jobs, rings, hosts that share a pull, leaving nodes.
 * They refer to things that do not exist; altered frames may refer to things that do.
 */
final class HandwrittenFrames {
  /** Small number of a lease, request or row, as young nodes have them. */
  private static final int FEW = 3;

  private static final int PLAIN = 4;
  private static final int FAILED = 3;
  private static final long NO_TICKET = -1;

  private final long from;
  private final long to;
  private final Map<Integer, List<byte[]>> frames = new TreeMap<>();

  private HandwrittenFrames(NodeId from, NodeId to) {
    this.from = from.incarnation();
    this.to = to.incarnation();
  }

  /** Returns the frames that the first node may send to the second, by kind. */
  static Map<Integer, List<byte[]>> between(NodeId from, NodeId to) {
    var written = new HandwrittenFrames(from, to);
    written.objects();
    written.tasks();
    written.leases();
    written.actors();
    written.workers();
    written.hosts();
    return written.frames;
  }

  private void add(int kind, UnaryOperator<FrameWriter> content) {
    var frame = content.apply(new FrameWriter().octet(kind)).toBytes();
    frames.merge(kind, List.of(frame), (one, other) -> List.of(one.getFirst(), other.getFirst()));
  }

  private FrameWriter id(FrameWriter out) {
    return out.int64(to).int64(FEW).int32(0);
  }

  private FrameWriter statement(FrameWriter out) {
    return id(out).int64(from).int64(FEW).flag(true);
  }

  private static FrameWriter value(FrameWriter out) {
    var bytes = Codec.create(CodecOptions.defaults()).encode(List.of("a", 1)).bytes();
    return out.octet(PLAIN).block(bytes).int32(0);
  }

  private static FrameWriter failure(FrameWriter out) {
    var flat = new FrameWriter()
        .text("NodeLostException")
        .text("it has left")
        .text(null)
        .list(List.of("java.io.IOException"), FrameWriter::text);
    flat.flag(true).list(List.of("java.io.IOException"), FrameWriter::text).text("full");
    flat.text("java.io.IOException: full").int32(0).flag(false).int32(0);
    return out.octet(FAILED).block(flat.octet(0).block(new byte[0]).toBytes());
  }

  private void objects() {
    add(1, this::id);
    add(2, out -> value(id(out).flag(true)).int64(NO_TICKET));
    add(3, out -> id(out).flag(true));
    add(4, out -> out);
    add(5, out -> out.int32(1).text(""));
    add(6, out -> out.int64(FEW));
    add(7, out -> statement(out.int64(FEW).int32(1)));
    add(8, out -> out);
    add(9, out -> out.text("aeron:udp?endpoint=127.0.0.1:1").text(""));
    add(10, out -> out);
    add(11, out -> value(statement(id(out).int32(1))).int64(NO_TICKET));
    add(12, out -> id(out).flag(false).text("no room"));
    add(13, out -> id(out.int64(FEW)).int32(1));
    add(14, out -> out.int64(FEW).octet(1).int64(FEW).int64(1).int64(1_000));
    add(14, out -> out.int64(FEW).octet(0).text("it is gone"));
    add(15, out -> out.int64(FEW));
    add(89, out -> id(out.int64(from).int64(FEW).int32(1).int32(1).flag(false).int32(2)));
    add(101, out -> out.int64(FEW));
    add(102, out -> statement(out.int64(FEW)));
    add(103, out -> out.int64(FEW));
    add(104, out -> id(out).int32(2).int32(2).int64(from).int64(to));
  }

  private void tasks() {
    for (int kind : new int[] {21, 23}) {
      add(kind, out -> id(out.int64(FEW).int32(1)));
    }
    add(19, out -> id(out.int64(FEW)).int32(1));
    add(20, out -> id(out.int64(FEW)).flag(true));
    add(22, out -> out.int64(FEW));
    add(24, out -> id(out.int64(FEW).int32(1)).text("it was killed"));
    add(25, out -> id(out.int64(FEW)));
    add(26, this::id);
    add(27, out -> id(id(out.int64(FEW))));
    add(118, out -> id(out.int64(FEW).octet(0)));
    add(119, out -> out.int64(FEW).flag(true).text("it waits"));
  }

  private static FrameWriter resources(FrameWriter out) {
    return out.int32(1).text("CPU").int64(10_000);
  }

  private void leases() {
    add(33, out -> out.int64(FEW).int64(FEW).int64(from));
    add(34, out -> out.int64(FEW).int64(from).octet(1));
    add(35, out -> out.int64(FEW));
    add(36, out -> out.int64(FEW).int64(from));
    add(37, out -> out.int64(FEW));
    add(88, out -> out.int64(FEW).text("it starts no workers"));
    add(40, out -> out.int64(FEW));
  }

  private FrameWriter actor(FrameWriter out) {
    return out.int64(to).int64(1);
  }

  private FrameWriter place(FrameWriter out) {
    return out.int64(from).int32(1);
  }

  private FrameWriter progress(FrameWriter out) {
    return place(out.int32(1).int32(0).flag(true).int64(1).int64(2).flag(true));
  }

  private void actors() {
    for (int kind : new int[] {49, 50, 53}) {
      add(kind, out -> place(actor(out)));
    }
    add(51, out -> place(actor(out)).int32(1));
    add(52, out -> failure(place(actor(out))));
    add(56, out -> actor(out).int32(1).int64(1));
    add(57, out -> id(actor(out)));
    add(58, out -> actor(out).text("killed"));
    add(59, out -> actor(out).text("drained"));
    for (int kind : new int[] {60, 61, 67, 69}) {
      add(kind, this::actor);
    }
    add(62, out -> place(actor(out).octet(1)));
    add(62, out -> failure(actor(out).octet(3).flag(true)));
    add(64, out -> out.int64(FEW).text("akka://mobula@127.0.0.1:1/user/a#1"));
    add(64, out -> failure(out.int64(FEW).text(null)));
    add(66, out -> progress(actor(out)));
    add(68, out -> progress(actor(out).int64(from)));
    add(70, out -> place(actor(out)).int64(1).int64(2));
    add(72, out -> actor(out).int64(1).int64(2).text(""));
    add(74, out -> actor(out).int64(FEW));
    add(75, out -> actor(out).int64(FEW).flag(true));
  }

  private static FrameWriter shares(FrameWriter out) {
    return out.int32(1)
        .int32(0)
        .text("GPU-1")
        .text("H200")
        .int64(1L << 37)
        .text("9.0")
        .text("")
        .int64(10_000);
  }

  private void workers() {
    add(
        80,
        out -> out.int64(0).int32(1).flag(false).text("task a").text("printed").int32(0));
    add(81, out -> out.int64(100));
    add(83, out -> out.int64(1));
    // for a node that does not exist: the slot ends at once
    add(84, out -> shares(resources(out.int64(FEW).int64(-9).octet(0))));
    add(85, out -> out.int64(FEW));
    add(86, out -> out.int64(FEW).octet(1));
    add(87, out -> shares(out.int64(FEW).octet(2)));
  }

  private FrameWriter run(FrameWriter out) {
    return id(out).int32(1);
  }

  private void hosts() {
    add(90, out -> run(out).int64(0));
    add(91, out -> run(out).int64(from));
    add(92, out -> run(out).flag(true));
    add(93, this::run);
    add(
        94,
        out -> id(run(out).flag(true).int64(from)).int32(1).int64(FEW).int64(1).int64(1_000));
    add(96, out -> out.int32(1).flag(true));
    add(97, out -> out.int32(0));
    add(98, out -> out.text("no room"));
    add(99, out -> out);
    add(100, out -> out.int32(FEW).block(new byte[20]));
  }
}
