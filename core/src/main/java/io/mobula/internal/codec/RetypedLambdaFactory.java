package io.mobula.internal.codec;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Factory of lambdas for which {@code $deserializeLambda$} of the capturing class returns a lambda
 * of another type. It makes them as the JVM does where they are written. One class is generated for
 * each such function.
 */
final class RetypedLambdaFactory {
  private static final ClassValue<Map<LambdaKey, MethodHandle>> FACTORIES = new ClassValue<>() {
    @Override
    protected Map<LambdaKey, MethodHandle> computeValue(Class<?> type) {
      return new ConcurrentHashMap<>();
    }
  };

  /** Everything that distinguishes functions of one class. */
  private record LambdaKey(
      String functional,
      String samName,
      String samType,
      int kind,
      String implClass,
      String implName,
      String implType,
      String type) {
    static LambdaKey of(SerializedLambda parts) {
      return new LambdaKey(
          parts.getFunctionalInterfaceClass(),
          parts.getFunctionalInterfaceMethodName(),
          parts.getFunctionalInterfaceMethodSignature(),
          parts.getImplMethodKind(),
          parts.getImplClass(),
          parts.getImplMethodName(),
          parts.getImplMethodSignature(),
          parts.getInstantiatedMethodType());
    }
  }

  private RetypedLambdaFactory() {}

  static Object make(Class<?> capturing, SerializedLambda parts) {
    var captured = new Object[parts.getCapturedArgCount()];
    for (int i = 0; i < captured.length; i++) {
      captured[i] = parts.getCapturedArg(i);
    }
    try {
      return FACTORIES
          .get(capturing)
          .computeIfAbsent(LambdaKey.of(parts), key -> linkFactory(capturing, key))
          .invokeWithArguments(captured);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(capturing);
    }
  }

  private static MethodHandle linkFactory(Class<?> capturing, LambdaKey key) {
    try {
      var lookup = MethodHandles.privateLookupIn(capturing, MethodHandles.lookup());
      var loader = capturing.getClassLoader();
      var impl = implementation(lookup, key);
      var type = MethodType.fromMethodDescriptorString(key.type(), loader);
      var captures = impl.type()
          .dropParameterTypes(
              impl.type().parameterCount() - type.parameterCount(), impl.type().parameterCount());
      return LambdaMetafactory.altMetafactory(
              lookup,
              key.samName(),
              captures.changeReturnType(named(lookup, key.functional())),
              MethodType.fromMethodDescriptorString(key.samType(), loader),
              impl,
              type,
              LambdaMetafactory.FLAG_SERIALIZABLE)
          .getTarget();
    } catch (Exception e) {
      throw GraphException.withReason(
          "the class uses " + key.implName() + " as functions of several types, which the compiled"
              + " code does not tell apart, nor can they be made here. Write a lambda instead of the"
              + " method reference",
          e);
    }
  }

  private static MethodHandle implementation(MethodHandles.Lookup lookup, LambdaKey key)
      throws ReflectiveOperationException {
    var owner = named(lookup, key.implClass());
    var type = MethodType.fromMethodDescriptorString(
        key.implType(), lookup.lookupClass().getClassLoader());
    return switch (key.kind()) {
      case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(owner, key.implName(), type);
      case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
      case MethodHandleInfo.REF_invokeSpecial ->
        lookup.findSpecial(owner, key.implName(), type, lookup.lookupClass());
      case MethodHandleInfo.REF_invokeVirtual, MethodHandleInfo.REF_invokeInterface ->
        lookup.findVirtual(owner, key.implName(), type);
      default -> throw new NoSuchMethodException("a reference of kind " + key.kind());
    };
  }

  private static Class<?> named(MethodHandles.Lookup lookup, String internalName)
      throws ClassNotFoundException {
    return Class.forName(
        internalName.replace('/', '.'), false, lookup.lookupClass().getClassLoader());
  }
}
