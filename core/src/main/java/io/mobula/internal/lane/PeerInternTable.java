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
public final class PeerInternTable {
  /** In place of a number: there is none, and the phrase has to be said whole. */
  public static final int NONE = -1;

  private static final int DEFINE = 100;
  private static final int MOST = 1 << 16;

  private final PeerTransport peerTransport;
  private final Map<NodeId, Map<Object, Integer>> sentNumbers = new ConcurrentHashMap<>();
  private final Map<NodeId, Map<Integer, ReceivedDefinition>> receivedDefinitions =
      new ConcurrentHashMap<>();

  /** What a peer has told, and what it means once somebody has asked. */
  private static final class ReceivedDefinition {
    final byte[] phrase;
    volatile @Nullable Object meaning;

    ReceivedDefinition(byte[] phrase) {
      this.phrase = phrase;
    }
  }

  /** Nothing is said yet. */
  public PeerInternTable(PeerTransport peerTransport, FrameRouter router) {
    this.peerTransport = peerTransport;
    router.on(DEFINE, this::onDefine);
    peerTransport.membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        sentNumbers.remove(peer.id());
        receivedDefinitions.remove(peer.id());
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
  public int intern(NodeId to, Object key, Supplier<byte[]> phrase) {
    var peer = sentNumbers.get(to);
    var known = peer == null ? null : peer.get(key);
    return known != null ? known : define(to, key, phrase);
  }

  private int define(NodeId to, Object key, Supplier<byte[]> phrase) {
    var bytes = phrase.get();
    var peer = sentNumbers.computeIfAbsent(to, any -> new ConcurrentHashMap<>());
    synchronized (peer) {
      var known = peer.get(key);
      if (known != null) {
        return known;
      }
      int number = peer.size();
      var frame = new FrameWriter().octet(DEFINE).int32(number).block(bytes).toBytes();
      if (number >= MOST || !peerTransport.send(to, frame)) {
        return NONE;
      }
      peer.put(key, number);
      if (peerTransport.membership().peer(to) == null) { // it left before this was noted
        sentNumbers.remove(to);
      }
      return number;
    }
  }

  private void onDefine(NodeId from, FrameReader frame) {
    int number = frame.int32();
    var phrase = new ReceivedDefinition(frame.block());
    var peer = receivedDefinitions.computeIfAbsent(from, any -> new ConcurrentHashMap<>());
    if (number < 0 || number >= MOST || peer.putIfAbsent(number, phrase) != null) {
      throw new CodecException(
          "Node " + from + " explains number " + number + ", which it has explained before or"
              + " cannot give out.",
          null);
    }
    if (peerTransport.membership().peer(from) == null) {
      receivedDefinitions.remove(from);
    }
  }

  /**
   * What a number means that this peer has sent.
   *
   * @param read makes that of the phrase; asked once, unless it throws
   * @throws CodecException if the peer has not explained it
   */
  @SuppressWarnings("unchecked") // a number always means the same to whoever reads it
  public <T> T resolve(NodeId from, int number, Function<FrameReader, T> read) {
    var phrase = receivedDefinitions.getOrDefault(from, Map.of()).get(number);
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
