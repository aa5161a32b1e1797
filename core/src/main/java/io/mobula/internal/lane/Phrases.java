package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.CodecException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is said to a peer again and again, such as which function a task calls: said whole once, in
 * a frame of its own, and by its number in every frame after that. Safe for all threads.
 *
 * <p>A number is given out only when the frame that explains it has been sent, and frames to one
 * peer arrive in order; so it is known wherever it is read.
 */
public final class Phrases {
  /** In place of a number: there is none, and the phrase has to be said whole. */
  public static final int NONE = -1;

  private static final int EXPLAIN = 100;
  private static final int MOST = 1 << 16;

  private final Lanes lanes;
  private final Map<NodeId, Map<Object, Integer>> said = new ConcurrentHashMap<>();
  private final Map<NodeId, Map<Integer, Heard>> heard = new ConcurrentHashMap<>();

  /** What a peer has told, and what it means once somebody has asked. */
  private static final class Heard {
    final byte[] phrase;
    volatile @Nullable Object meaning;

    Heard(byte[] phrase) {
      this.phrase = phrase;
    }
  }

  /** Nothing is said yet. */
  public Phrases(Lanes lanes, Router router) {
    this.lanes = lanes;
    router.on(EXPLAIN, this::onExplain);
    lanes.membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        said.remove(peer.id());
        heard.remove(peer.id());
      }
    });
  }

  /**
   * The number of a phrase, which its peer knows when it reads a frame that is sent after this
   * returns; or {@link #NONE}.
   *
   * @param key stands for the phrase; is kept for as long as the peer is a member
   * @param phrase what is said the first time
   */
  public int number(NodeId to, Object key, Supplier<byte[]> phrase) {
    var peer = said.get(to);
    var known = peer == null ? null : peer.get(key);
    return known != null ? known : explain(to, key, phrase);
  }

  private int explain(NodeId to, Object key, Supplier<byte[]> phrase) {
    var bytes = phrase.get();
    var peer = said.computeIfAbsent(to, any -> new ConcurrentHashMap<>());
    synchronized (peer) {
      var known = peer.get(key);
      if (known != null) {
        return known;
      }
      int number = peer.size();
      var frame = new FrameWriter().octet(EXPLAIN).int32(number).block(bytes).toBytes();
      if (number >= MOST || !lanes.send(to, frame)) {
        return NONE;
      }
      peer.put(key, number);
      if (lanes.membership().peer(to) == null) { // it left before this was noted
        said.remove(to);
      }
      return number;
    }
  }

  private void onExplain(NodeId from, FrameReader frame) {
    int number = frame.int32();
    var phrase = new Heard(frame.block());
    var peer = heard.computeIfAbsent(from, any -> new ConcurrentHashMap<>());
    if (number < 0 || number >= MOST || peer.putIfAbsent(number, phrase) != null) {
      throw new CodecException(
          "Node " + from + " explains number " + number + ", which it has explained before or"
              + " cannot give out.",
          null);
    }
    if (lanes.membership().peer(from) == null) {
      heard.remove(from);
    }
  }

  /**
   * What a number means that this peer has sent.
   *
   * @param read makes that of the phrase; asked once, unless it throws
   * @throws CodecException if the peer has not explained it
   */
  @SuppressWarnings("unchecked") // a number always means the same to whoever reads it
  public <T> T meaning(NodeId from, int number, Function<FrameReader, T> read) {
    var phrase = heard.getOrDefault(from, Map.of()).get(number);
    if (phrase == null) {
      throw new CodecException(
          "Node " + from + " speaks of number " + number + ", which it has not explained.", null);
    }
    var meaning = phrase.meaning;
    if (meaning == null) {
      meaning = read.apply(new FrameReader(phrase.phrase));
      phrase.meaning = meaning;
    }
    return (T) meaning;
  }
}
