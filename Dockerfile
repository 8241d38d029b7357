# A small image of what labels: the program, librelprompt and the bundled model, without LibTorch and without a compiler.
#   docker build -t relprompt .
#   docker run --rm -v "$PWD:/work" relprompt segment street.jpg -m openai/clip-vit-base-patch16 -c "road, sky" -o out
#     the folder must be writable by uid 1000; for another: --user "$(id -u):$(id -g)" -e HOME=/tmp
#   docker run --rm -p 8080:8080 relprompt serve -m /usr/share/relprompt/models/demo --bind 0.0.0.0 --no-token
FROM debian:12-slim AS build
WORKDIR /source
COPY scripts/install_dependencies.sh scripts/
RUN apt-get update && scripts/install_dependencies.sh --labelling && apt-get install --yes --no-install-recommends dpkg-dev file
COPY . .
RUN cmake --preset no-torch -DRELPROMPT_TESTS=OFF -DCMAKE_BUILD_TYPE=Release && cmake --build --preset no-torch && \
    scripts/package.sh build/no-torch /packages

FROM debian:12-slim
COPY --from=build /packages/relprompt_*.deb /tmp/
# OpenCV's package brings OpenGL and its drivers with a compiler, 166 MB that nothing here calls.
RUN printf 'path-exclude /usr/lib/*/%s\n' 'dri/*' 'libLLVM-*' 'libz3.so*' >/etc/dpkg/dpkg.cfg.d/no-opengl-drivers
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates /tmp/relprompt_*.deb && \
    rm -rf /tmp/*.deb /var/lib/apt/lists/* && useradd --create-home user
USER user
WORKDIR /work
EXPOSE 8080
ENTRYPOINT ["relprompt"]
CMD ["--help"]
