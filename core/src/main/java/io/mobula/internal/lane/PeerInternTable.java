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
 * Interning table for metadata that frames repeat, such as the function that a task calls. An entry
 * is defined at a peer once, in a frame of its own, and named by a number in all later frames. Safe
 * for all threads.
 *
 * <p>A number is used only after the frame that defines it has been sent. Frames to one peer arrive
 * in order, so a number is always known where it is read.
 */
public final class PeerInternTable {
  /**
   * Returned instead of a number: the table is full or the peer has left, and the caller has to
   * send the bytes themselves.
   */
  public static final int NONE = -1;

  private static final int MAX_ENTRIES = 1 << 16;

  private final NodeMessaging messaging;
  private final Map<NodeId, Map<Object, Integer>> sentNumbers = new ConcurrentHashMap<>();
  private final Map<NodeId, Map<Integer, ReceivedDefinition>> receivedDefinitions =
      new ConcurrentHashMap<>();

  /** Definition received from a peer: its bytes, and the value decoded from them on first use. */
  private static final class ReceivedDefinition {
    final byte[] definition;
    volatile @Nullable Object meaning;

    ReceivedDefinition(byte[] definition) {
      this.definition = definition;
    }
  }

  /** Creates an empty table for both directions. */
  public PeerInternTable(NodeMessaging messaging) {
    this.messaging = messaging;
    messaging.on(FrameKind.DEFINE_METADATA, this::onDefine);
    messaging.membership().subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        sentNumbers.remove(peer.id());
        receivedDefinitions.remove(peer.id());
      }
    });
  }

  /**
   * Returns the number of an entry, after sending its definition if the peer does not have it.
   * Returns {@link #NONE} if the entry cannot be defined. The peer knows the number when it reads a
   * frame that is sent after this method returns.
   *
   * @param key identifies the entry in this process; kept for as long as the peer is a member
   * @param definition supplies the bytes of the definition
   */
  public int intern(NodeId to, Object key, Supplier<byte[]> definition) {
    var peer = sentNumbers.get(to);
    var known = peer == null ? null : peer.get(key);
    return known != null ? known : define(to, key, definition);
  }

  private int define(NodeId to, Object key, Supplier<byte[]> definition) {
    var bytes = definition.get();
    var peer = sentNumbers.computeIfAbsent(to, any -> new ConcurrentHashMap<>());
    synchronized (peer) {
      var known = peer.get(key);
      if (known != null) {
        return known;
      }
      int number = peer.size();
      var frame =
          FrameWriter.of(FrameKind.DEFINE_METADATA).int32(number).block(bytes).toBytes();
      if (number >= MAX_ENTRIES || !messaging.send(to, frame)) {
        return NONE;
      }
      peer.put(key, number);
      if (messaging.membership().peer(to) == null) { // it left before the entry was added
        sentNumbers.remove(to);
      }
      return number;
    }
  }

  private void onDefine(NodeId from, FrameReader frame) {
    int number = frame.int32();
    var definition = new ReceivedDefinition(frame.block());
    var peer = receivedDefinitions.computeIfAbsent(from, any -> new ConcurrentHashMap<>());
    if (number < 0 || number >= MAX_ENTRIES || peer.putIfAbsent(number, definition) != null) {
      throw new CodecException(
          "Node " + from + " defines number " + number + ", which it has defined before or"
              + " cannot give out.",
          null);
    }
    if (messaging.membership().peer(from) == null) {
      receivedDefinitions.remove(from);
    }
  }

  /**
   * Returns the value of a number that this peer has sent.
   *
   * @param read decodes the definition; called once, unless it throws
   * @throws CodecException if the peer has not defined the number
   */
  @SuppressWarnings("unchecked") // all readers of a number decode it to the same type
  public <T> T resolve(NodeId from, int number, Function<FrameReader, T> read) {
    var definition = receivedDefinitions.getOrDefault(from, Map.of()).get(number);
    if (definition == null) {
      throw new CodecException(
          "Node " + from + " refers to number " + number + ", which it has not defined.", null);
    }
    var meaning = definition.meaning;
    if (meaning == null) {
      meaning = read.apply(new FrameReader(definition.definition));
      definition.meaning = meaning;
    }
    return (T) meaning;
  }
}
