// The part of the docker package's schema that the stand-in implements, for tools that ask a provider what it knows.
package main

const schema = `{
  "name": "docker",
  "version": "` + providerVersion + `",
  "description": "Stand-in for the docker provider: docker:index/image:Image only",
  "resources": {
    "docker:index/image:Image": {
      "properties": {
        "baseImageName": {"type": "string"},
        "context": {"type": "string"},
        "dockerfile": {"type": "string"},
        "imageName": {"type": "string"},
        "platform": {"type": "string"},
        "registryServer": {"type": "string"},
        "repoDigest": {"type": "string"}
      },
      "required": ["baseImageName", "context", "dockerfile", "imageName", "registryServer", "repoDigest"],
      "inputProperties": {
        "build": {"$ref": "#/types/docker:index/dockerBuild:DockerBuild"},
        "buildOnPreview": {"type": "boolean", "default": false},
        "imageName": {"type": "string"},
        "registry": {"$ref": "#/types/docker:index/registry:Registry"},
        "skipPush": {"type": "boolean", "default": false}
      },
      "requiredInputs": ["imageName"]
    }
  },
  "types": {
    "docker:index/dockerBuild:DockerBuild": {
      "type": "object",
      "properties": {
        "addHosts": {"type": "array", "items": {"type": "string"}},
        "args": {"type": "object", "additionalProperties": {"type": "string"}},
        "builderVersion": {"type": "string"},
        "cacheFrom": {"$ref": "#/types/docker:index/cacheFrom:CacheFrom"},
        "context": {"type": "string"},
        "dockerfile": {"type": "string"},
        "network": {"type": "string"},
        "platform": {"type": "string"},
        "target": {"type": "string"}
      }
    },
    "docker:index/cacheFrom:CacheFrom": {
      "type": "object",
      "properties": {"images": {"type": "array", "items": {"type": "string"}}}
    },
    "docker:index/registry:Registry": {
      "type": "object",
      "properties": {
        "password": {"type": "string", "secret": true},
        "server": {"type": "string"},
        "username": {"type": "string"}
      }
    }
  }
}`
