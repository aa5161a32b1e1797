package io.mobula.internal.codec;

import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import com.esotericsoftware.kryo.util.IdentityObjectIntMap;
import com.esotericsoftware.kryo.util.IntMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolver of classes: well-known classes by a fixed number, all others by name, once per graph,
 * followed by the hash of their layout.
 *
 * <p>The hash tells two versions of a class apart before a field of one is read into the other.
 */
final class GraphClassResolver extends DefaultClassResolver {
  private static final int BY_NAME = NAME + 2;
  private static final int NAMES_KEPT = 4_096;

  private final TypeCodecRegistry registry;
  private final Map<String, Class<?>> byName = new HashMap<>();

  GraphClassResolver(TypeCodecRegistry registry) {
    this.registry = registry;
  }

  /** Chooses and registers the codec of a class that was not met before. */
  Registration registerOnDemand(Class<?> type) {
    Class<?> marker = registry.familyOf(type);
    Registration registration = marker == null
        ? new Registration(type, registry.of(type, kryo), NAME)
        : kryo.getRegistration(marker);
    if (!type.isHidden()) {
      classToRegistration.put(type, registration);
    }
    return registration;
  }

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public @Nullable Registration writeClass(Output output, @Nullable Class type) {
    if (type == null) {
      output.writeByte(0);
      return null;
    }
    Registration registration = kryo.getRegistration(type);
    if (registration.getId() == NAME) {
      writeName(output, registration.getType(), registration);
    } else {
      output.writeVarInt(registration.getId() + 2, true);
    }
    return registration;
  }

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  protected void writeName(Output output, Class type, Registration registration) {
    output.writeByte(BY_NAME);
    if (classToNameId == null) {
      classToNameId = new IdentityObjectIntMap<>();
    }
    int known = classToNameId.get(type, -1);
    if (known >= 0) {
      output.writeVarInt(known, true);
      return;
    }
    int id = nextNameId++;
    classToNameId.put(type, id);
    output.writeVarInt(id, true);
    output.writeString(type.getName());
    output.writeInt(layout(registration));
  }

  @Override
  public @Nullable Registration readClass(Input input) {
    int id = input.readVarInt(true);
    if (id == 0) {
      return null;
    }
    if (id == BY_NAME) {
      return readName(input);
    }
    Registration registration = idToRegistration.get(id - 2);
    if (registration == null) {
      throw GraphException.withReason(
          "the bytes name class number " + (id - 2) + ", which does not exist");
    }
    return registration;
  }

  @Override
  protected Registration readName(Input input) {
    int id = input.readVarInt(true);
    if (nameIdToClass == null) {
      nameIdToClass = new IntMap<>();
    }
    Class<?> met = nameIdToClass.get(id);
    if (met != null) {
      return kryo.getRegistration(met);
    }
    Class<?> type = find(input.readString());
    Registration registration = kryo.getRegistration(type);
    if (input.readInt() != layout(registration)) {
      throw GraphException.of(type, ErrorHints.OTHER_FIELDS);
    }
    nameIdToClass.put(id, type);
    return registration;
  }

  /**
   * Finds the class of this name by the options' class loader, whose result is cached, or else by
   * the thread's context class loader.
   */
  Class<?> find(@Nullable String name) {
    if (name == null) {
      throw GraphException.withReason("the bytes name no class where one is needed");
    }
    Class<?> known = byName.get(name);
    if (known != null) {
      return known;
    }
    Class<?> own = registry.load(name);
    if (own == null) {
      return registry.loadByContext(name);
    }
    if (byName.size() < NAMES_KEPT) {
      byName.put(name, own);
    }
    return own;
  }

  /** Throws if the class is not on the allow-list. */
  void requireAllowed(Class<?> type) {
    registry.requireAllowed(type);
  }

  private static int layout(Registration registration) {
    return registration.getSerializer() instanceof TypeCodec<?> codec ? codec.layoutHash() : 0;
  }
}
